"""The service answers as Predictor does, for pictures as they come; what it cannot read gets its reason."""

import numpy as np
import pytest
from odd_pictures import saved, scene
from tellapart.errors import ImageError


def assert_same(found, expected):
    assert found["label"] == expected.label
    assert list(found["probabilities"]) == list(expected.probabilities)  # in class order, too
    off = np.abs(
        np.array(list(found["probabilities"].values())) - list(expected.probabilities.values())
    ).max()
    assert off <= 1e-3 and found["is_none_of_these"] == expected.is_none_of_these


@pytest.mark.slow
def test_answers_are_those_of_predictor_for_pictures_as_they_come(service, predictor, pictures):
    """Turned, large, printed, of a wide-gamut screen, with palettes, clear parts, in eight formats; raw and multipart."""
    files = list(pictures.values())
    reply = service.predict_many(files[:50])
    assert reply.status == 200 and len(reply.json["answers"]) == len(files) > 25
    for data, found in zip(files, reply.json["answers"], strict=True):
        assert_same(found, predictor.predict(data))
    for data in files[:3]:
        assert_same(service.predict(data).json["answers"][0], predictor.predict(data))


def test_a_picture_unlike_all_it_knows_is_none_of_these(service, predictor):
    data = saved(scene(3), "JPEG", quality=90)
    assert predictor.predict(data).is_none_of_these
    assert service.predict(data).json["answers"][0]["is_none_of_these"] is True


def test_a_picture_that_cannot_be_read_is_an_answer_and_the_others_are_answered(service, predictor, golden):
    bad = {"cut": golden[:200], "text": b"no picture at all", "pdf": b"%PDF-1.7\n%", "empty": b""}
    answers = service.predict_many([golden, *bad.values(), golden]).json["answers"]
    assert_same(answers[0], predictor.predict(golden))
    assert answers[0] == answers[-1] and len(answers) == len(bad) + 2
    for data, answer in zip(bad.values(), answers[1:-1], strict=True):
        expected = next(iter(predictor.predict_many([data])))
        assert isinstance(expected, ImageError)
        assert answer == {"error": {"code": expected.code.name.lower(), "text": str(expected)}}


def test_the_only_picture_that_cannot_be_read_is_the_senders_mistake(service, golden):
    for reply in (service.predict(golden[:200]), service.predict_many([golden[:200]])):
        assert reply.status == 422 and reply.code == "unreadable" and reply.json["error"]["text"]
    other = service.predict(b"%PDF-1.7\n%")
    assert other.status == 422 and other.code == "other_kind"


def test_content_types_of_pictures_and_none_at_all_are_taken(service, golden):
    for kind in ("image/jpeg", "image/png", "IMAGE/WebP; q=1", "application/octet-stream"):
        assert service.predict(golden, Content_Type=kind).status == 200
    head = f"POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(golden)}\r\n\r\n"
    assert service.raw(head.encode() + golden).startswith(b"HTTP/1.1 200")


def test_a_body_in_pieces_of_unknown_number_is_taken(service, golden):
    head = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = [golden[i : i + 1000] for i in range(0, len(golden), 1000)]
    body = b"".join(f"{len(one):x}\r\n".encode() + one + b"\r\n" for one in pieces) + b"0\r\n\r\n"
    assert b'"label"' in service.raw(head + body)

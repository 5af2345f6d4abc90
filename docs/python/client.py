"""Sends inputs to a model and prints its outputs. It needs nothing but Python.

    python3 client.py http://127.0.0.1:8080 churn '{"x": [[1.0, 2.0, 3.0]]}'

An API key goes into the environment variable MODELSERVING_KEY.
"""

import json
import os
import sys
import urllib.error
import urllib.request


class Client:
    """Calls the Open Inference Protocol."""

    def __init__(self, api, key=None, timeout=60):
        self.api = api.rstrip("/")
        self.headers = {"Content-Type": "application/json"}
        if key:
            self.headers["X-Api-Key"] = key
        self.timeout = timeout

    def inputs(self, model):
        """Returns the inputs of the stable version: name, datatype and shape."""
        return self._send(f"/v2/models/{model}")[0]["inputs"]

    def infer(self, model, **values):
        """Sends a (nested) list for each input. Returns the outputs by name, and the version that answered."""
        tensors = []
        for tensor in self.inputs(model):
            if tensor["name"] not in values:
                continue
            value = values[tensor["name"]]
            shape = []
            level = value
            while isinstance(level, list):
                shape.append(len(level))
                level = level[0] if level else None
            tensors.append({"name": tensor["name"], "datatype": tensor["datatype"], "shape": shape, "data": flat(value)})
        answer, headers = self._send(f"/v2/models/{model}/infer", {"inputs": tensors})
        outputs = {output["name"]: nested(output["data"], output["shape"]) for output in answer["outputs"]}
        return outputs, int(headers["X-Model-Version"])

    def _send(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data, self.headers)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return json.load(answer), answer.headers
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            raise RuntimeError(f"{error.code} {problem['title']}: {problem.get('detail', '')}") from None


def flat(value):
    return [one for part in value for one in flat(part)] if isinstance(value, list) else [value]


def nested(data, shape):
    if len(shape) < 2:
        return data
    rows, width = shape[0], len(data) // shape[0] if shape[0] else 0
    return [nested(data[row * width : (row + 1) * width], shape[1:]) for row in range(rows)]


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    api, model, values = sys.argv[1:]
    outputs, version = Client(api, os.environ.get("MODELSERVING_KEY")).infer(model, **json.loads(values))
    print(f"version {version}")
    for name, output in outputs.items():
        print(f"{name} {json.dumps(output)}")

"""Asks the model 'simple' for a sum and a difference with Triton's client.

    pip install numpy tritonclient[http]
    python3 call_tritonclient.py 127.0.0.1:8080

An API key goes into the environment variable MODELSERVING_KEY.
"""

import os
import sys

import numpy
import tritonclient.http as triton

if len(sys.argv) != 2:
    sys.exit(__doc__)
key = os.environ.get("MODELSERVING_KEY")
client = triton.InferenceServerClient(url=sys.argv[1])
inputs = [triton.InferInput(name, [1, 16], "INT32") for name in ("INPUT0", "INPUT1")]
inputs[0].set_data_from_numpy(numpy.arange(16, dtype=numpy.int32).reshape(1, 16))
inputs[1].set_data_from_numpy(numpy.ones((1, 16), dtype=numpy.int32))
result = client.infer("simple", inputs, headers={"X-API-Key": key} if key else None)
for name in ("OUTPUT0", "OUTPUT1"):
    print(name, *result.as_numpy(name)[0])

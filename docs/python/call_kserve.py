"""Asks the model 'simple' for a sum and a difference with KServe's client.

    pip install numpy kserve
    python3 call_kserve.py http://127.0.0.1:8080

An API key goes into the environment variable MODELSERVING_KEY.
"""

import asyncio
import os
import sys

import numpy
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig


async def main(address):
    inputs = [InferInput(name, [1, 16], "INT32") for name in ("INPUT0", "INPUT1")]
    inputs[0].set_data_from_numpy(numpy.arange(16, dtype=numpy.int32).reshape(1, 16), binary_data=True)
    inputs[1].set_data_from_numpy(numpy.ones((1, 16), dtype=numpy.int32), binary_data=True)
    key = os.environ.get("MODELSERVING_KEY")
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    answer = await client.infer(
        address,
        InferRequest(model_name="simple", infer_inputs=inputs),
        model_name="simple",
        headers={"X-API-Key": key} if key else None,
    )
    for output in answer.outputs:
        print(output.name, *output.as_numpy().flatten())


if len(sys.argv) != 2:
    sys.exit(__doc__)
asyncio.run(main(sys.argv[1]))

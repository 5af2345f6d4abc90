using Google.Protobuf;
using Google.Protobuf.Collections;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Messages;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Rpc;

/// <summary>Writes an inference request as a message. It holds the tensors' own memory until it is sent.</summary>
internal static class MessageWriter
{
    internal static ModelInferRequest Write(InferRequest request)
    {
        var message = new ModelInferRequest { ModelName = request.Model, ModelVersion = request.Version ?? "", Id = request.Id ?? "" };
        Add(message.Parameters, request.Parameters);
        foreach (var input in request.Inputs)
        {
            var tensor = new ModelInferRequest.Types.InferInputTensor
            {
                Name = input.Name,
                Datatype = Datatypes.NameOf(input.Tensor.Datatype),
            };
            tensor.Shape.AddRange(input.Tensor.Shape);
            Add(tensor.Parameters, input.Parameters);
            message.Inputs.Add(tensor);
            message.RawInputContents.Add(UnsafeByteOperations.UnsafeWrap(
                ByteOrder.ToWire(input.Tensor.Memory, Datatypes.SizeOf(input.Tensor.Datatype), BitConverter.IsLittleEndian)));
        }

        foreach (var output in request.Outputs)
        {
            var wanted = new ModelInferRequest.Types.InferRequestedOutputTensor { Name = output.Name };
            Add(wanted.Parameters, output.Parameters);
            message.Outputs.Add(wanted);
        }

        return message;
    }

    private static void Add(MapField<string, InferParameter> all, IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        foreach (var (name, parameter) in parameters)
        {
            all[name] = parameter.Value switch
            {
                bool flag => new InferParameter { BoolParam = flag },
                long number => new InferParameter { Int64Param = number },
                ulong number => new InferParameter { Uint64Param = number },
                double number => new InferParameter { DoubleParam = number },
                _ => new InferParameter { StringParam = parameter.ToString() },
            };
        }
    }
}

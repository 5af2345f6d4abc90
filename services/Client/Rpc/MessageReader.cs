using Google.Protobuf;
using Google.Protobuf.Collections;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Messages;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.OpenInference.Rpc;

/// <summary>Reads the message of an answer. Tensors keep the memory into which the message was read.</summary>
internal static class MessageReader
{
    internal static InferResult Read(ModelInferResponse answer)
    {
        var raw = answer.RawOutputContents;
        if (raw.Count > 0 && raw.Count != answer.Outputs.Count)
            throw TransportFaults.Malformed($"it has {answer.Outputs.Count} outputs, and raw contents of {raw.Count}");
        return new InferResult(
            answer.ModelName,
            answer.ModelVersion.Length > 0 ? answer.ModelVersion : null,
            answer.Id.Length > 0 ? answer.Id : null,
            [.. answer.Outputs.Select((output, index) => Read(output, raw.Count > 0 ? raw[index] : null))],
            Read(answer.Parameters));
    }

    private static InferOutput Read(ModelInferResponse.Types.InferOutputTensor output, ByteString? raw)
    {
        if (!Datatypes.TryParse(output.Datatype, out var datatype))
            throw TransportFaults.Malformed($"'{output.Name}' has the data type '{output.Datatype}'");
        long[] shape = [.. output.Shape];
        if (Tensor.CountIn(shape) is not { } count)
            throw TransportFaults.Malformed($"'{output.Name}' has the shape [{string.Join(',', shape)}]");
        // Contents are in the machine's order, raw ones in that of the wire.
        var memory = raw is not null
            ? ByteOrder.ToWire(raw.Memory, Datatypes.SizeOf(datatype), BitConverter.IsLittleEndian)
            : ContentsReader.Read(output.Contents ?? new(), datatype);
        return Tensor.FaultOf(datatype, memory.Span, count) is { } fault
            ? throw TransportFaults.Malformed($"'{output.Name}': {fault}")
            : new(output.Name, Tensor.FromChecked(datatype, shape, count, memory), Read(output.Parameters));
    }

    private static IReadOnlyDictionary<string, ParameterValue> Read(MapField<string, InferParameter> parameters)
    {
        if (parameters.Count == 0)
            return NoParameters.Shared;
        return parameters.ToDictionary(static each => each.Key, static each => each.Value.ParameterChoiceCase switch
        {
            InferParameter.ParameterChoiceOneofCase.BoolParam => each.Value.BoolParam,
            InferParameter.ParameterChoiceOneofCase.Int64Param => each.Value.Int64Param,
            InferParameter.ParameterChoiceOneofCase.Uint64Param => each.Value.Uint64Param,
            InferParameter.ParameterChoiceOneofCase.DoubleParam => each.Value.DoubleParam,
            _ => (ParameterValue)each.Value.StringParam,
        });
    }
}

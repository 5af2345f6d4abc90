using ModelServing.Inference.Memory;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>Writes an answer in Protocol Buffers (the message <c>ModelInferResponse</c>), straight from its tensors. The outputs are bytes
/// beside their descriptions if the inputs were; otherwise each holds its typed contents.</summary>
internal static class ProtobufAnswer
{
    private const int Outputs = 5;
    private const int Raw = 6;
    private const int Contents = 5;

    /// <summary>Writes the answer.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="model">The model that answers.</param>
    /// <param name="tensors">A tensor for each output that the request wants.</param>
    /// <exception cref="AnswerTooLargeException">The answer is larger than any may be.</exception>
    internal static void Write(AnswerBuffer buffer, LoadedModel model, InferRequest request, IReadOnlyList<RuntimeTensor> tensors)
    {
        var outputs = request.Outputs;
        var isRaw = request.Binary is not null;
        var message = new WireWriter(buffer);
        message.Text(1, model.Name);
        message.Text(2, model.Version);
        if (request.Id is { } id)
            message.Text(3, id);
        for (var i = 0; i < outputs.Length; i++)
            WriteOutput(buffer, model.Outputs[outputs[i]], tensors[i], isRaw);
        if (!isRaw)
            return;
        for (var i = 0; i < outputs.Length; i++)
        {
            var spec = model.Outputs[outputs[i]];
            message.Head(Raw, RequireRoom(buffer, BinaryTensor.LengthOf(spec, tensors[i])));
            BinaryTensor.Write(buffer, spec, tensors[i]);
        }
    }

    private static void WriteOutput(AnswerBuffer buffer, TensorSpec spec, RuntimeTensor tensor, bool isRaw)
    {
        var message = new WireWriter(buffer);
        var contents = isRaw ? 0 : RequireRoom(buffer, TypedElements.LengthOf(spec, tensor));
        long shape = 0;
        foreach (var length in tensor.Shape)
            shape += Varint.LengthOf((ulong)length);
        message.Head(
            Outputs,
            WireWriter.LengthOf(spec.Utf8Name.Length) + WireWriter.LengthOf(spec.Utf8Datatype.Length) + WireWriter.LengthOf(shape)
            + (isRaw ? 0 : WireWriter.LengthOf(contents)));
        message.Bytes(1, spec.Utf8Name);
        message.Bytes(2, spec.Utf8Datatype);
        message.Head(3, shape);
        foreach (var length in tensor.Shape)
            buffer.Advance(Varint.Write(buffer.GetSpan(Varint.MostBytes), (ulong)length));
        if (isRaw)
            return;
        message.Head(Contents, contents);
        TypedElements.Write(buffer, spec, tensor);
    }

    private static long RequireRoom(AnswerBuffer buffer, long length) =>
        length <= buffer.Most ? length : throw new AnswerTooLargeException(buffer.Most);
}

using Google.Protobuf;
using Grpc.Core;
using ModelServing.Contracts;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Cli.Conformance.Rpc;

/// <summary>An answer of the server over gRPC.</summary>
/// <param name="Detail">What the status says about an error.</param>
/// <param name="Message">The message, if there is no error.</param>
internal sealed record RpcAnswer(StatusCode Status, string Detail, byte[] Message)
{
    // What a server says about a fault of its caller. The protocol does not say which it is.
    private static readonly StatusCode[] Faults =
        [StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.OutOfRange, StatusCode.FailedPrecondition, StatusCode.Unimplemented];

    /// <summary>The message, which there must be.</summary>
    internal T Read<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        if (Status != StatusCode.OK)
            throw Wrong("status OK");
        try
        {
            return parser.ParseFrom(Message);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Wrong($"a message of {parser.ParseFrom([]).Descriptor.Name} ({e.Message})");
        }
    }

    /// <summary>The answer of an inference request.</summary>
    internal ModelInferResponse Infer() => Read(ModelInferResponse.Parser);

    /// <summary>Requires an error of the caller, with its reason.</summary>
    internal RpcAnswer ExpectFault() => Faults.Contains(Status) && Detail.Length > 0
        ? this
        : throw Wrong($"one of the statuses {string.Join(", ", Faults)}, with a message");

    /// <summary>Requires a property of the answer.</summary>
    internal void Require(bool isSo, string expected)
    {
        if (!isSo)
            throw Wrong(expected);
    }

    /// <summary>An output, which the answer must have.</summary>
    internal ModelInferResponse.Types.InferOutputTensor Output(string name) =>
        Infer().Outputs.FirstOrDefault(output => output.Name == name) ?? throw Wrong($"the output '{name}'");

    /// <summary>Requires the elements of an output, which may be typed or raw.</summary>
    /// <param name="name">The output.</param>
    /// <param name="elements">The elements as raw contents.</param>
    internal void RequireData(string name, byte[] elements)
    {
        var output = Output(name);
        var message = Infer();
        byte[] data;
        if (message.RawOutputContents.Count == 0)
        {
            data = TypedForm.ToBytes(output.Datatype, output.Contents ?? new());
        }
        else
        {
            Require(message.RawOutputContents.Count == message.Outputs.Count, "raw contents of each output, or of none");
            Require(message.Outputs.All(static each => each.Contents is null), "raw contents or typed ones, and not both");
            data = message.RawOutputContents[message.Outputs.IndexOf(output)].ToByteArray();
        }

        Require(data.AsSpan().SequenceEqual(elements), $"{name} with the bytes {Convert.ToHexString(elements)}");
    }

    private NotConformingException Wrong(string expected)
    {
        const int MostShown = 120;
        var text = Detail.Length > 0 ? Detail : Convert.ToHexString(Message.AsSpan(0, Math.Min(Message.Length, MostShown / 2)));
        return new NotConformingException(
            $"expected {expected}; got {Status} {VisibleText.From(text.Length > MostShown ? text[..MostShown] : text)}");
    }
}

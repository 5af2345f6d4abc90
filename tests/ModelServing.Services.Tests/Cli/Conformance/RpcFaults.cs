using Google.Protobuf;
using Grpc.Core;
using ModelServing.OpenInference.Messages;

namespace ModelServing.Services.Tests.Cli.Conformance;

/// <summary>Breaks the answers of a good server over gRPC.</summary>
internal static class RpcFaults
{
    internal static RpcReply Apply(ServerFault fault, RpcReply reply) => fault switch
    {
        ServerFault.None => reply,
        ServerFault.SwappedStatus when reply.Status == StatusCode.OK => new(StatusCode.Internal, "it is broken", null),
        ServerFault.SwappedStatus => new(StatusCode.OK, "", []),
        ServerFault.NoContent => reply with { Detail = "", Message = reply.Message is null ? null : [] },
        _ when reply.Message is { } message => reply with { Message = Change(fault, message) },
        _ => reply,
    };

    // Answers of other methods have none of these fields, and stay as they are.
    private static byte[] Change(ServerFault fault, byte[] message)
    {
        ModelInferResponse response;
        try
        {
            response = ModelInferResponse.Parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException)
        {
            return message;
        }

        if (fault == ServerFault.NoId)
            response.Id = "";
        foreach (var output in response.Outputs)
        {
            if (fault == ServerFault.WrongShape)
                output.Shape.Add(1);
            if (fault == ServerFault.WrongElement && output.Contents is { } contents)
                ChangeElements(contents);
        }

        if (fault is ServerFault.WrongElement or ServerFault.WrongLength)
        {
            for (var i = 0; i < response.RawOutputContents.Count; i++)
            {
                var bytes = response.RawOutputContents[i].ToByteArray();
                if (fault == ServerFault.WrongLength)
                    bytes = [.. bytes, 0];
                else
                    bytes[0] ^= 1;
                response.RawOutputContents[i] = ByteString.CopyFrom(bytes);
            }
        }

        return response.ToByteArray();
    }

    private static void ChangeElements(InferTensorContents contents)
    {
        for (var i = 0; i < contents.BoolContents.Count; i++)
            contents.BoolContents[i] = !contents.BoolContents[i];
        for (var i = 0; i < contents.IntContents.Count; i++)
            contents.IntContents[i] = 77;
        for (var i = 0; i < contents.Int64Contents.Count; i++)
            contents.Int64Contents[i] = 77;
        for (var i = 0; i < contents.UintContents.Count; i++)
            contents.UintContents[i] = 77;
        for (var i = 0; i < contents.Uint64Contents.Count; i++)
            contents.Uint64Contents[i] = 77;
        for (var i = 0; i < contents.Fp32Contents.Count; i++)
            contents.Fp32Contents[i] = 77;
        for (var i = 0; i < contents.Fp64Contents.Count; i++)
            contents.Fp64Contents[i] = 77;
        for (var i = 0; i < contents.BytesContents.Count; i++)
            contents.BytesContents[i] = ByteString.CopyFromUtf8("x");
    }
}

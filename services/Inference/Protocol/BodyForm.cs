using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Inference.Protocol;

/// <summary>What the headers of an inference request say about its body.</summary>
/// <param name="Coding">How it is compressed.</param>
/// <param name="JsonLength">The length of the JSON before the tensors' bytes, once the body is expanded; null if all of it is JSON, 0 if
/// nothing is.</param>
/// <param name="IsProtobuf">Whether it is in Protocol Buffers.</param>
internal readonly record struct BodyForm(BodyCoding Coding, int? JsonLength, bool IsProtobuf)
{
    /// <summary>Reads the headers of a body that is supported (<see cref="UnsupportedBody"/>).</summary>
    /// <exception cref="RequestFaultException">A header is wrong.</exception>
    internal static BodyForm Read(IHeaderDictionary headers)
    {
        var coding = headers.ContentEncoding.Count == 0
            ? BodyCoding.Identity
            : UnsupportedBody.CodingOf(headers.ContentEncoding) switch
            {
                "gzip" => BodyCoding.Gzip,
                "deflate" => BodyCoding.Deflate,
                _ => BodyCoding.Identity,
            };
        var form = new BodyForm(coding, LengthIn(headers), UnsupportedBody.IsProtobuf(headers.ContentType));
        return form is { IsProtobuf: true, JsonLength: not null }
            ? throw new RequestFaultException(
                HeaderNames.JsonLength, $"the body is {UnsupportedBody.Protobuf}, which holds no JSON; send it without this header")
            : form;
    }

    private static int? LengthIn(IHeaderDictionary headers)
    {
        var values = headers[HeaderNames.JsonLength];
        if (values.Count == 0)
            return null;
        return values is [{ } value] && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new RequestFaultException(
                HeaderNames.JsonLength, $"it is '{values}'; it must be the length of the JSON before the tensors' bytes");
    }
}

using Microsoft.AspNetCore.Http;
using ModelServing.Hosting;

namespace ModelServing.Services.Tests.Hosting;

public class UnsupportedBodyTests
{
    [Theory]
    [InlineData("Content-Type", "application/json")]
    [InlineData("Content-Type", "Application/JSON; Charset=\"UTF-8\"")]
    [InlineData("Content-Type", "application/problem+JSON")]
    [InlineData("Content-Type", "application/octet-stream")]
    [InlineData("Content-Type", "application/x-www-form-urlencoded")]
    [InlineData("Content-Type", "text/plain;charset=utf-8")]
    [InlineData("Content-Type", "")]
    [InlineData("Content-Encoding", "identity")]
    [InlineData("Content-Encoding", "IDENTITY, , Identity")]
    [InlineData("Content-Encoding", "")]
    [InlineData("Transfer-Encoding", "Chunked")]
    public void Plain_JSON_is_read_however_it_is_named(string name, string value) => Assert.Null(Find(name, value).Detail);

    [Theory]
    [InlineData("Content-Encoding", "br", "Content-Encoding: 'br'", "identity", null)]
    [InlineData("Content-Encoding", "ZSTD", "Content-Encoding: 'ZSTD'", "identity", null)]
    [InlineData("Content-Encoding", "identity, gzip", "Content-Encoding: 'gzip'", "identity", null)]
    [InlineData("Content-Type", "application/x-protobuf", "Content-Type: 'application/x-protobuf'", null, "application/json")]
    [InlineData("Content-Type", "multipart/form-data; boundary=x", "Content-Type: 'multipart/form-data'", null, "application/json")]
    [InlineData("Content-Type", "json", "Content-Type: 'json' is not a media type", null, "application/json")]
    [InlineData("Content-Type", "application/json; charset=UTF-16", "Content-Type: the charset 'UTF-16'", null, "application/json")]
    [InlineData("Content-Type", "application/json, application/json", "Content-Type: 'app", null, "application/json")]
    [InlineData("Transfer-Encoding", "gzip, chunked", "Transfer-Encoding: 'gzip, chunked'", null, null)]
    [InlineData("inference-header-content-length", "5", "Inference-Header-Content-Length: ", null, null)]
    public void Anything_else_is_refused_and_the_answer_names_what_is_read(
        string name, string value, string begin, string? encodings, string? types)
    {
        var (detail, response) = Find(name, value);
        Assert.StartsWith(begin, detail, StringComparison.Ordinal);
        Assert.Equal((encodings ?? "", types ?? ""), (response.Headers.AcceptEncoding.ToString(), response.Headers.Accept.ToString()));
    }

    [Theory]
    [InlineData("application/x-protobuf", true, null)]
    [InlineData("application/x-protobuf", false, "application/json")]
    [InlineData("application/avro", true, "application/json, application/x-protobuf")]
    [InlineData("application/x-protobuf, application/x-protobuf", true, "application/json, application/x-protobuf")]
    public void Only_an_inference_request_may_be_in_Protocol_Buffers(string type, bool isInference, string? types)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.ContentType = type;
        Assert.Equal(types is null, UnsupportedBody.FindIn(context, isInference) is null);
        Assert.Equal(types ?? "", context.Response.Headers.Accept.ToString());
    }

    [Fact]
    public void Each_line_of_codings_counts()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.ContentEncoding = new(["identity", "deflate"]);
        Assert.StartsWith("Content-Encoding: 'deflate'", UnsupportedBody.FindIn(context), StringComparison.Ordinal);
        context = new DefaultHttpContext();
        context.Request.Headers.TransferEncoding = new(["chunked", "chunked"]);
        Assert.StartsWith("Transfer-Encoding: ", UnsupportedBody.FindIn(context), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", null)]
    [InlineData("identity, DEFLATE", null)]
    [InlineData("br", "Content-Encoding: 'br' is not supported")]
    [InlineData("gzip, gzip", "Content-Encoding: 'gzip, gzip' is not supported; one coding")]
    public void An_inference_request_may_be_compressed_once(string codings, string? fault)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.ContentEncoding = codings;
        context.Request.Headers["Inference-Header-Content-Length"] = "1";
        var detail = UnsupportedBody.FindIn(context, isInference: true);
        Assert.StartsWith(fault ?? "", detail ?? "", StringComparison.Ordinal);
        Assert.Equal((fault is null, fault is null ? "" : "gzip, deflate"), (detail is null, $"{context.Response.Headers.AcceptEncoding}"));
    }

    private static (string? Detail, HttpResponse Response) Find(string name, string value)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers[name] = value;
        return (UnsupportedBody.FindIn(context), context.Response);
    }
}

using System.Globalization;
using System.Text;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.TestKit;

/// <summary>The emulator answers signed requests only.</summary>
public sealed class StorageSignatureTests : EmulatedStorageTests
{
    [Fact]
    public async Task A_signed_request_is_answered()
    {
        var answer = await SendAsync(Signed("GET", "/n"));
        Assert.Equal((200, "\"examplenamespace\""), (answer.Status, answer.Body));
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.NotEmpty(answer.Header("opc-request-id")!);
        var request = Assert.Single(Emulator.Requests);
        Assert.Equal(
            (StorageOperation.GetNamespace, 200, answer.Header("opc-request-id")),
            (request.Operation, request.Status, request.RequestId));
    }

    [Theory]
    [InlineData("no signature", "the Authorization header does not have the form")]
    [InlineData("another signature", "the signature does not match this request")]
    [InlineData("another key", "is unknown")]
    [InlineData("another path", "the signature does not match this request")]
    [InlineData("another query", "the signature does not match this request")]
    [InlineData("other escapes", "the signature does not match this request")]
    [InlineData("another method", "the signature does not match this request")]
    [InlineData("another host", "the signature does not match this request")]
    [InlineData("another date", "the signature does not match this request")]
    [InlineData("an old date", "differs from now by more than 5 minutes")]
    [InlineData("a future date", "differs from now by more than 5 minutes")]
    [InlineData("an unsigned date", "'date' is not signed")]
    [InlineData("an unsigned target", "'(request-target)' is not signed")]
    public async Task A_request_that_differs_from_its_signature_is_refused(string change, string why)
    {
        var request = Signed(
            "GET",
            Objects + "?prefix=a%2Fb",
            date: change switch
            {
                "an old date" => Time.Now.AddMinutes(-5).AddSeconds(-1),
                "a future date" => Time.Now.AddMinutes(5).AddSeconds(1),
                _ => Time.Now
            },
            unsigned: change switch { "an unsigned date" => "date", "an unsigned target" => "(request-target)", _ => "" });
        var changed = change switch
        {
            "no signature" => request.Without("Authorization"),
            "another signature" => request.Replace("signature=\"", "signature=\"AAAA"),
            "another key" => request.Replace("exampleuser", "anotheruser"),
            "another path" => request.Replace(Objects, "/n/examplenamespace/b/other/o"),
            "another query" => request.Replace("prefix=a", "prefix=b"),
            "other escapes" => request.Replace("%2F", "/"),
            "another method" => request.Replace("GET /", "DELETE /"),
            "another host" => request.Replace("Host: 127.0.0.1", "Host: 127.0.0.2"),
            "another date" =>
                request.Replace(
                    "Date: " + Time.Now.ToString("r", CultureInfo.InvariantCulture),
                    "Date: " + Time.Now.AddSeconds(1).ToString("r", CultureInfo.InvariantCulture)),
            _ => request,
        };
        var answer = await SendAsync(changed);
        Assert.Equal(401, answer.Status);
        Assert.Equal("NotAuthenticated", answer.Code);
        Assert.Contains(why, answer.Body, StringComparison.Ordinal);
        Assert.Equal("application/json", answer.Header("Content-Type"));
    }

    [Theory]
    [InlineData("another body", "x-content-sha256 does not match the body")]
    [InlineData("another digest", "the signature does not match this request")]
    [InlineData("another type", "the signature does not match this request")]
    [InlineData("an unsigned digest", "'x-content-sha256' is not signed")]
    public async Task A_body_that_differs_from_its_signature_is_refused(string change, string why)
    {
        var request = Signed(
            "POST",
            Uploads,
            Encoding.UTF8.GetBytes("""{"object":"a"}"""),
            unsigned: change == "an unsigned digest" ? "x-content-sha256" : "");
        var changed = change switch
        {
            "another body" => request.Replace("\"a\"", "\"b\""),
            "another digest" => request.Replace("x-content-sha256: ", "x-content-sha256: A"),
            "another type" => request.Replace("Content-Type: application/json", "Content-Type: application/jsom"),
            _ => request,
        };
        var answer = await SendAsync(changed);
        Assert.Equal(401, answer.Status);
        Assert.Contains(why, answer.Body, StringComparison.Ordinal);
        Assert.Equal(0, Bucket.UnfinishedUploads);
        Assert.Equal(200, (await SendAsync(Signed("POST", Uploads, Encoding.UTF8.GetBytes("""{"object":"a"}""")))).Status);
    }
}

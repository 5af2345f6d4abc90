using System.Net;
using System.Reflection;
using System.Text;
using Oci.Common.Model;
using Oci.ObjectstorageService.Models;
using Oci.ObjectstorageService.Requests;

namespace ModelServing.Services.Tests.Oci.Calls;

/// <summary>How the SDK reads a response.</summary>
public class SdkAnswerTests
{
    [Fact]
    public async Task An_error_is_read_from_its_body()
    {
        await using var sdk = new SdkClient(
            new(_ => ServiceStandIn.Error(412, "IfNoneMatchFailed", "it is there", "opc-request-id: some-id")));

        var e = await Assert.ThrowsAsync<OciException>(() => sdk.Client.PutObject(SdkClient.Put()));

        Assert.Equal(
            (HttpStatusCode.PreconditionFailed, "IfNoneMatchFailed", "it is there", "some-id"),
            (e.StatusCode, e.ServiceCode, e.Message, e.OpcRequestId));
        Assert.Equal(
            ("PutObject", $"PUT {sdk.Service.Endpoint}/n/space/b/bucket/o/object"),
            (e.ApiDetails.OperationName, e.ApiDetails.RequestEndpoint));
    }

    [Fact]
    public async Task An_error_without_a_body_has_the_reason_phrase_as_its_message()
    {
        await using var sdk = new SdkClient(new(request => request.StartLine.StartsWith("HEAD", StringComparison.Ordinal)
            ? "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 100\r\nopc-request-id: some-id\r\n\r\n"
            : ServiceStandIn.Answer("503 Service Unavailable", "")));

        var head = await Assert.ThrowsAsync<OciException>(() => sdk.Client.HeadObject(SdkClient.Head()));
        var get = await Assert.ThrowsAsync<OciException>(() => sdk.Client.GetObject(SdkClient.Get()));

        Assert.Equal(
            (404, "Unknown Service Code", "Not Found", "some-id"),
            ((int)head.StatusCode, head.ServiceCode, head.Message, head.OpcRequestId));
        Assert.Equal(
            (503, "Unknown Service Code", "Service Unavailable", ""),
            ((int)get.StatusCode, get.ServiceCode, get.Message, get.OpcRequestId));
    }

    [Theory]
    [InlineData("text/plain", "no", "System.InvalidCastException")]
    [InlineData("text/html", "<html></html>", "Newtonsoft.Json.JsonReaderException")]
    [InlineData("application/json", "<html></html>", "Newtonsoft.Json.JsonReaderException")]
    [InlineData("application/json", "[]", "Newtonsoft.Json.JsonSerializationException")]
    public async Task An_error_whose_body_is_not_json_is_not_an_exception_of_the_sdk(string type, string body, string exception)
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Answer("503 Service Unavailable", body, $"Content-Type: {type}")));

        foreach (var retries in (int?[])[null, 3])
        {
            var e = await Record.ExceptionAsync(
                () => sdk.Client.GetObject(SdkClient.Get(), retries is { } number ? new() { MaxAttempts = number } : null));
            Assert.Equal(exception, e?.GetType().FullName);
        }

        Assert.Equal(2, sdk.Service.Requests.Count);
    }

    [Fact]
    public async Task A_stream_of_events_is_not_read()
    {
        await using var sdk = new SdkClient(new(request => ServiceStandIn.Answer(
            request.StartLine.Contains("/o/", StringComparison.Ordinal) ? "400 Bad Request" : "200 OK",
            "data: no",
            "Content-Type: text/event-stream")));

        var e = await Assert.ThrowsAsync<OciException>(() => sdk.Client.GetObject(SdkClient.Get()));

        Assert.Equal((400, "Unknown Service Code", "Bad Request"), ((int)e.StatusCode, e.ServiceCode, e.Message));
        Assert.Null((await sdk.Client.ListObjects(SdkClient.List())).ListObjects);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    public async Task A_success_without_content_has_no_body(string body)
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json(body)));

        Assert.Null((await sdk.Client.ListObjects(SdkClient.List())).ListObjects);
    }

    [Theory]
    [InlineData("text/plain", "no", "System.InvalidCastException")]
    [InlineData("application/json", "<html></html>", "Newtonsoft.Json.JsonReaderException")]
    public async Task A_success_with_an_unexpected_body_is_a_wrapped_exception(string type, string body, string exception)
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Answer("200 OK", body, $"Content-Type: {type}")));

        var e = await Assert.ThrowsAsync<TargetInvocationException>(() => sdk.Client.ListObjects(SdkClient.List()));

        Assert.Equal(exception, e.InnerException?.GetType().FullName);
    }

    [Fact]
    public async Task Not_modified_is_a_success_that_only_the_status_reveals()
    {
        await using var sdk = new SdkClient(new(_ => "HTTP/1.1 304 Not Modified\r\nETag: tag\r\n\r\n"));

        var get = await sdk.Client.GetObject(SdkClient.Get());
        var head = await sdk.Client.HeadObject(SdkClient.Head());

        Assert.Equal((false, HttpStatusCode.NotModified), (get.IsNotModified, get.httpResponseMessage.StatusCode));
        Assert.Equal((false, HttpStatusCode.NotModified), (head.IsNotModified, head.httpResponseMessage.StatusCode));
    }

    [Fact]
    public async Task An_object_has_its_headers()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Answer(
            "206 Partial Content",
            "hello",
            "Content-Type: application/octet-stream",
            "Content-Range: bytes 2-6/20",
            "ETag: some-tag",
            "content-md5: XUFAKrxLKna5cZ2REBfFkg==",
            "opc-multipart-md5: other-2",
            "Last-Modified: Tue, 05 May 2026 10:11:12 GMT",
            "storage-tier: Standard",
            "version-id: v",
            "opc-request-id: some-id")));

        var get = await sdk.Client.GetObject(SdkClient.Get());

        Assert.Equal("hello", await new StreamReader(get.InputStream).ReadToEndAsync());
        Assert.Equal(
            ("some-tag", 5L, "XUFAKrxLKna5cZ2REBfFkg==", "other-2", "v", "some-id"),
            (get.ETag, get.ContentLength!.Value, get.ContentMd5, get.OpcMultipartMd5, get.VersionId, get.OpcRequestId));
        Assert.Equal(
            (2L, 6L, 20L), (get.ContentRange.StartByte!.Value, get.ContentRange.EndByte!.Value, get.ContentRange.ContentLength!.Value));
        Assert.Equal(("application/octet-stream", StorageTier.Standard), (get.ContentType, get.StorageTier!.Value));
        Assert.Equal(new DateTime(2026, 5, 5, 10, 11, 12, DateTimeKind.Utc), get.LastModified!.Value.ToUniversalTime());
        Assert.Equal(DateTimeKind.Local, get.LastModified.Value.Kind);
    }

    [Fact]
    public async Task Only_metadata_with_a_lower_case_prefix_is_read()
    {
        await using var sdk = new SdkClient(
            new(_ => "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nopc-meta-digest: one\r\nOpc-Meta-Size: 2\r\nETag: tag\r\n\r\n"));

        var head = await sdk.Client.HeadObject(SdkClient.Head());

        Assert.Equal(new() { ["digest"] = "one" }, head.OpcMeta);
        Assert.Equal((3L, "tag"), (head.ContentLength!.Value, head.ETag));
    }

    [Fact]
    public async Task An_unknown_enum_value_is_accepted_in_a_body_and_an_error_in_a_header()
    {
        await using var sdk = new SdkClient(new(request => request.StartLine.Contains("/o/", StringComparison.Ordinal)
            ? ServiceStandIn.Json("", "storage-tier: Weird")
            : ServiceStandIn.Json("""{"objects":[{"name":"a","storageTier":"Weird","more":1},{"name":"b","storageTier":"Archive"}]}""")));

        var list = await sdk.Client.ListObjects(SdkClient.List());

        Assert.Equal([StorageTier.UnknownEnumValue, StorageTier.Archive], list.ListObjects.Objects.Select(item => item.StorageTier!.Value));
        await Assert.ThrowsAsync<FormatException>(() => sdk.Client.GetObject(SdkClient.Get()));
    }

    [Fact]
    public async Task A_list_and_an_upload_and_a_namespace_are_read()
    {
        await using var sdk = new SdkClient(new(request => request.StartLine switch
        {
            ['P', 'O', 'S', 'T', ..] =>
                ServiceStandIn.Json(
                    """{"namespace":"space","bucket":"bucket","object":"object","uploadId":"u","timeCreated":"2026-05-05T10:11:12.123Z"}"""),
            "GET /n HTTP/1.1" => ServiceStandIn.Json("\"space\""),
            _ =>
                ServiceStandIn.Json(
                    """{"objects":[{"name":"a","size":5000000000,"md5":"m","etag":"e","timeModified":"2026-05-05T12:11:12+02:00"}],"prefixes":["p/"],"nextStartWith":"b"}"""),
        }));

        var list = (await sdk.Client.ListObjects(SdkClient.List())).ListObjects;
        var upload = (await sdk.Client.CreateMultipartUpload(SdkClient.Create())).MultipartUpload;

        var item = Assert.Single(list.Objects);
        Assert.Equal(
            ("a", 5_000_000_000L, "m", "e", "b", "p/"),
            (item.Name, item.Size!.Value, item.Md5, item.Etag, list.NextStartWith, Assert.Single(list.Prefixes)));
        Assert.Equal(("u", "object", "bucket", "space"), (upload.UploadId, upload.Object, upload.Bucket, upload.Namespace));
        Assert.Equal((DateTimeKind.Utc, DateTimeKind.Local), (upload.TimeCreated!.Value.Kind, item.TimeModified!.Value.Kind));
        Assert.Equal("space", (await sdk.Client.GetNamespace(new GetNamespaceRequest())).Value);
    }

    [Fact]
    public async Task Put_part_and_commit_responses_have_their_tags()
    {
        await using var sdk = new SdkClient(
            new(_ => ServiceStandIn.Json("", "ETag: tag", "opc-content-md5: m", "opc-multipart-md5: mm", "version-id: v")));
        var body = new MemoryStream([1]);

        var put = await sdk.Client.PutObject(SdkClient.Put());
        var part = await sdk.Client.UploadPart(new UploadPartRequest
        {
            NamespaceName = "s",
            BucketName = "b",
            ObjectName = "o",
            UploadId = "u",
            UploadPartNum = 1,
            UploadPartBody = body,
        });
        var commit = await sdk.Client.CommitMultipartUpload(new CommitMultipartUploadRequest
        {
            NamespaceName = "s",
            BucketName = "b",
            ObjectName = "o",
            UploadId = "u",
            CommitMultipartUploadDetails = new() { PartsToCommit = [] },
        });

        Assert.Equal(("tag", "m", "v"), (put.ETag, put.OpcContentMd5, put.VersionId));
        Assert.Equal(("tag", "m"), (part.ETag, part.OpcContentMd5));
        Assert.Equal(("tag", "mm"), (commit.ETag, commit.OpcMultipartMd5));
    }

    [Fact]
    public async Task An_object_is_read_whole_unless_only_its_headers_are_awaited()
    {
        var rest = new TaskCompletionSource();
        await using var sdk = new SdkClient(new(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            await rest.Task;
            await connection.SendAsync("world");
        }));

        var whole = sdk.Client.GetObject(SdkClient.Get());
        var get = await sdk.Client.GetObject(SdkClient.Get(), completionOption: HttpCompletionOption.ResponseHeadersRead);
        var first = new byte[5];
        await get.InputStream.ReadExactlyAsync(first);

        Assert.Equal("hello", Encoding.UTF8.GetString(first));
        Assert.False(whole.IsCompleted);
        rest.SetResult();
        Assert.Equal("world", await new StreamReader(get.InputStream).ReadToEndAsync());
        Assert.Equal("helloworld", await new StreamReader((await whole).InputStream).ReadToEndAsync());
    }

    [Fact]
    public async Task An_object_that_breaks_off_fails_when_it_is_read()
    {
        await using var sdk = new SdkClient(new(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            connection.Dispose();
        }));

        await Assert.ThrowsAsync<HttpRequestException>(() => sdk.Client.GetObject(SdkClient.Get()));
        var get = await sdk.Client.GetObject(SdkClient.Get(), completionOption: HttpCompletionOption.ResponseHeadersRead);
        await Assert.ThrowsAnyAsync<IOException>(() => get.InputStream.CopyToAsync(Stream.Null));
    }
}

using Oci.ObjectstorageService.Models;
using Oci.ObjectstorageService.Requests;
using Range = Oci.Common.Model.Range;

namespace ModelServing.Services.Tests.Oci.Calls;

/// <summary>The requests that the SDK sends and signs.</summary>
public class SdkRequestTests
{
    private const string HeadersWithoutBody = "date (request-target) host";
    private const string HeadersWithBody = "date (request-target) host content-length content-type x-content-sha256";

    [Fact]
    public async Task A_get_is_signed_over_its_raw_target_and_a_host_without_a_port()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));

        await sdk.Client.GetObject(SdkClient.Get("a/b c+d"));

        var request = Assert.Single(sdk.Service.Requests);
        Assert.Equal("GET /n/space/b/bucket/o/a%2Fb%20c%2Bd HTTP/1.1", request.StartLine);
        Assert.Equal("127.0.0.1", request["Host"]);
        Assert.Equal("application/json", request["Accept"]);
        Assert.Equal(HeadersWithoutBody, SomeUser.VerifySignature(request));
    }

    [Fact]
    public async Task A_post_is_signed_with_its_body()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("{}")));

        await sdk.Client.CommitMultipartUpload(new CommitMultipartUploadRequest
        {
            NamespaceName = "space",
            BucketName = "bucket",
            ObjectName = "object",
            UploadId = "an upload",
            CommitMultipartUploadDetails = new CommitMultipartUploadDetails { PartsToCommit = [new() { PartNum = 1, Etag = "e" }] },
        });

        var request = Assert.Single(sdk.Service.Requests);
        Assert.Equal("POST /n/space/b/bucket/u/object?uploadId=an%20upload HTTP/1.1", request.StartLine);
        Assert.Equal("""{"partsToCommit":[{"partNum":1,"etag":"e"}]}""", request.Text);
        Assert.Equal("application/json", request["Content-Type"]);
        Assert.Equal(HeadersWithBody, SomeUser.VerifySignature(request));
    }

    [Fact]
    public async Task An_objects_bytes_are_not_signed_and_wait_for_100_continue()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));
        var put = SdkClient.Put();
        put.IfNoneMatch = "*";
        put.ContentMD5 = "XUFAKrxLKna5cZ2REBfFkg==";

        await sdk.Client.PutObject(put);
        await sdk.Client.UploadPart(new UploadPartRequest
        {
            NamespaceName = "space",
            BucketName = "bucket",
            ObjectName = "object",
            UploadId = "u",
            UploadPartNum = 3,
            UploadPartBody = new MemoryStream("part"u8.ToArray()),
        });

        Assert.Equal(
            ["PUT /n/space/b/bucket/o/object HTTP/1.1", "PUT /n/space/b/bucket/u/object?uploadId=u&uploadPartNum=3 HTTP/1.1"],
            sdk.Service.Requests.Select(request => request.StartLine));
        Assert.Equal(["hello", "part"], sdk.Service.Requests.Select(request => request.Text));
        Assert.All(sdk.Service.Requests, request =>
        {
            Assert.Equal("100-continue", request["Expect"]);
            Assert.Null(request["x-content-sha256"]);
            Assert.Equal("application/octet-stream", request["Content-Type"]);
            Assert.Equal(HeadersWithoutBody, SomeUser.VerifySignature(request));
        });
        Assert.Equal(
            ("*", "XUFAKrxLKna5cZ2REBfFkg==", "5"),
            (sdk.Service.Requests[0]["if-none-match"], sdk.Service.Requests[0]["Content-MD5"], sdk.Service.Requests[0]["Content-Length"]));
    }

    [Fact]
    public async Task A_stream_without_a_length_is_sent_in_chunks_unless_the_request_has_one()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));
        var (unknown, known) = (SdkClient.Put(), SdkClient.Put());
        unknown.PutObjectBody = new ForwardOnlyStream("hello"u8);
        known.PutObjectBody = new ForwardOnlyStream("hello"u8);
        known.ContentLength = 5;

        await sdk.Client.PutObject(unknown);
        await sdk.Client.PutObject(known);

        Assert.Equal(
            [("chunked", null), (null, "5")],
            sdk.Service.Requests.Select(request => (request["Transfer-Encoding"], request["Content-Length"])));
        Assert.All(sdk.Service.Requests, request => Assert.Equal("hello", request.Text));
    }

    [Fact]
    public async Task The_callers_stream_stays_open()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));
        var put = SdkClient.Put();

        await sdk.Client.PutObject(put);

        put.PutObjectBody.Position = 0;
        Assert.Equal('h', put.PutObjectBody.ReadByte());
    }

    [Fact]
    public async Task Metadata_gets_its_prefix_in_the_callers_request_object()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("{}")));
        var put = SdkClient.Put();
        put.OpcMeta = new() { ["digest"] = "one", ["opc-meta-size"] = "2" };
        var create = SdkClient.Create();

        await sdk.Client.PutObject(put);
        await sdk.Client.CreateMultipartUpload(create);

        Assert.Equal(new() { ["opc-meta-digest"] = "one", ["opc-meta-size"] = "2" }, put.OpcMeta);
        Assert.Equal(("one", "2"), (sdk.Service.Requests[0]["opc-meta-digest"], sdk.Service.Requests[0]["opc-meta-size"]));
        Assert.Equal("""{"object":"object","metadata":{"opc-meta-digest":"some"}}""", sdk.Service.Requests[1].Text);
        Assert.Equal(HeadersWithBody, SomeUser.VerifySignature(sdk.Service.Requests[1]));
    }

    [Fact]
    public async Task A_missing_name_is_sent_as_the_placeholder_of_the_template()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));

        await sdk.Client.GetObject(SdkClient.Get(name: null));

        Assert.Equal("GET /n/space/b/bucket/o/%7BobjectName%7D HTTP/1.1", Assert.Single(sdk.Service.Requests).StartLine);
    }

    [Fact]
    public async Task A_list_sends_its_query_in_the_sdks_order()
    {
        await using var sdk = new SdkClient(new(request => ServiceStandIn.Json(request.StartLine == "GET /n HTTP/1.1" ? "\"space\"" : """{"objects":[]}""")));
        var list = SdkClient.List();
        (list.StartAfter, list.Fields, list.Limit, list.Prefix, list.Start) = ("a&b", "name,size", 7, "models/", "m");

        await sdk.Client.ListObjects(list);
        await sdk.Client.GetNamespace(new GetNamespaceRequest { OpcClientRequestId = "mine" });

        Assert.Equal(
            "GET /n/space/b/bucket/o?prefix=models%2F&start=m&limit=7&fields=name%2Csize&startAfter=a%26b HTTP/1.1",
            sdk.Service.Requests[0].StartLine);
        Assert.Equal(("GET /n HTTP/1.1", "mine"), (sdk.Service.Requests[1].StartLine, sdk.Service.Requests[1]["opc-client-request-id"]));
        Assert.All(sdk.Service.Requests, request => Assert.Equal(HeadersWithoutBody, SomeUser.VerifySignature(request)));
    }

    [Theory]
    [InlineData(2L, 5L, "bytes=2-5")]
    [InlineData(2L, null, "bytes=2-")]
    [InlineData(null, 5L, "bytes=-5")]
    public async Task A_range_is_sent_as_a_header(long? start, long? end, string header)
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));
        var get = SdkClient.Get();
        (get.Range, get.IfMatch) = (new Range { StartByte = start, EndByte = end }, "tag");

        await sdk.Client.GetObject(get);

        Assert.Equal((header, "tag"), (sdk.Service.Requests[0]["Range"], sdk.Service.Requests[0]["if-match"]));
    }

    [Fact]
    public async Task A_content_type_with_parameters_is_refused()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));
        var put = SdkClient.Put();
        put.ContentType = "text/plain; charset=utf-8";

        await Assert.ThrowsAsync<FormatException>(() => sdk.Client.PutObject(put));
    }

    [Fact]
    public async Task A_delete_and_an_abort_have_no_body()
    {
        await using var sdk = new SdkClient(new(_ => "HTTP/1.1 204 No Content\r\n\r\n"));

        await sdk.Client.DeleteObject(
            new DeleteObjectRequest { NamespaceName = "space", BucketName = "bucket", ObjectName = "object", IfMatch = "tag" });
        await sdk.Client.AbortMultipartUpload(
            new AbortMultipartUploadRequest { NamespaceName = "space", BucketName = "bucket", ObjectName = "object", UploadId = "u" });

        Assert.Equal(
            ["DELETE /n/space/b/bucket/o/object HTTP/1.1", "DELETE /n/space/b/bucket/u/object?uploadId=u HTTP/1.1"],
            sdk.Service.Requests.Select(request => request.StartLine));
        Assert.All(sdk.Service.Requests, request => Assert.Equal(HeadersWithoutBody, SomeUser.VerifySignature(request)));
    }

    [Fact]
    public async Task A_path_in_the_endpoint_is_dropped_and_an_endpoint_can_not_be_changed_after_its_first_use()
    {
        await using var service = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));
        sdk.Client.SetEndpoint(service.Endpoint + "/prefix");

        await sdk.Client.GetObject(SdkClient.Get());

        Assert.Equal("GET /n/space/b/bucket/o/object HTTP/1.1", Assert.Single(service.Requests).StartLine);
        Assert.Throws<InvalidOperationException>(() => sdk.Client.SetEndpoint(service.Endpoint));
    }

    [Fact]
    public async Task A_realms_template_overrides_an_endpoint_until_it_is_turned_off()
    {
        // The template begins with the namespace. A namespace that is an address therefore leads to the second service, over TLS.
        await using var elsewhere = new ServiceStandIn(_ => ServiceStandIn.Json(""));
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));
        var get = SdkClient.Get();
        get.NamespaceName = elsewhere.Endpoint["http://".Length..] + "/";

        sdk.Client.UseRealmSpecificEndpointTemplate(true);
        await Assert.ThrowsAsync<HttpRequestException>(() => sdk.Client.GetObject(get));
        Assert.Equal((1, 0), (elsewhere.Accepted, sdk.Service.Accepted));

        sdk.Client.UseRealmSpecificEndpointTemplate(false);
        await sdk.Client.GetObject(get);
        Assert.Equal((1, 1), (elsewhere.Accepted, sdk.Service.Accepted));
    }

    /// <summary>A stream that can't seek and does not know its length.</summary>
    internal sealed class ForwardOnlyStream(ReadOnlySpan<byte> bytes) : MemoryStream(bytes.ToArray())
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}

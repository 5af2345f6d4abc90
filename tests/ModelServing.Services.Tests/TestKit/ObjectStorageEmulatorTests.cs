using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.TestKit.Emulation;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.Services.Tests.TestKit;

/// <summary>What the emulator stores and answers.</summary>
public sealed class ObjectStorageEmulatorTests : EmulatedStorageTests
{
    [Fact]
    public async Task An_object_is_put_read_and_deleted_with_the_services_headers()
    {
        var put = await SendAsync(Signed("PUT", Objects + "/a%2Fb", "content"u8, ("opc-meta-Owner", "me"), ("Content-Type", "text/plain")));
        Assert.Equal(200, put.Status);
        Assert.True(Guid.TryParse(put.Header("ETag"), out _));
        Assert.Equal(Md5("content"u8), put.Header("opc-content-md5"));
        Assert.Equal(["a/b"], Bucket.Keys);

        var get = await SendAsync(Signed("GET", Objects + "/a%2Fb"));
        Assert.Equal(
            (200, "content", "text/plain", "me"),
            (get.Status, get.Body, get.Header("Content-Type"), get.Header("opc-meta-owner")));
        Assert.Contains(get.Headers, static header => header.Name == "opc-meta-owner");
        Assert.Equal(put.Header("ETag"), get.Header("ETag"));
        Assert.Equal(Md5("content"u8), get.Header("Content-MD5"));

        var head = await SendAsync(Signed("HEAD", Objects + "/a%2Fb"));
        Assert.Equal((200, "", "7"), (head.Status, head.Body, head.Header("Content-Length")));

        Assert.Equal(204, (await SendAsync(Signed("DELETE", Objects + "/a%2Fb"))).Status);
        var gone = await SendAsync(Signed("GET", Objects + "/a%2Fb"));
        Assert.Equal((404, "ObjectNotFound"), (gone.Status, gone.Code));
        Assert.Equal((404, ""), ((await SendAsync(Signed("HEAD", Objects + "/a%2Fb"))).Status, head.Body));
        var noBucket = await SendAsync(Signed("GET", "/n/examplenamespace/b/none/o"));
        Assert.Equal((404, "BucketNotFound"), (noBucket.Status, noBucket.Code));
    }

    [Theory]
    [InlineData("bytes=2-4", 206, "nte", "bytes 2-4/7")]
    [InlineData("bytes=5-", 206, "nt", "bytes 5-6/7")]
    [InlineData("bytes=-3", 206, "ent", "bytes 4-6/7")]
    [InlineData("bytes=0-100", 206, "content", "bytes 0-6/7")]
    [InlineData("bytes=7-", 416, null, null)]
    public async Task A_range_is_a_part_of_the_object(string range, int status, string? body, string? contentRange)
    {
        Bucket.Set("a", "content"u8.ToArray());
        var answer = await SendAsync(Signed("GET", Objects + "/a", null, ("Range", range)));
        Assert.Equal(status, answer.Status);
        Assert.Equal(contentRange, answer.Header("Content-Range"));
        Assert.Equal(body, body is null ? null : answer.Body);
    }

    [Fact]
    public async Task Conditions_are_enforced()
    {
        var first = await SendAsync(Signed("PUT", Objects + "/a", "1"u8, ("if-none-match", "*")));
        Assert.Equal(200, first.Status);
        var taken = await SendAsync(Signed("PUT", Objects + "/a", "2"u8, ("if-none-match", "*")));
        Assert.Equal((412, "IfNoneMatchFailed"), (taken.Status, taken.Code));
        var stale = await SendAsync(Signed("PUT", Objects + "/a", "2"u8, ("if-match", "stale")));
        Assert.Equal((412, "IfMatchFailed"), (stale.Status, stale.Code));
        var staleDelete = await SendAsync(Signed("DELETE", Objects + "/a", null, ("if-match", "stale")));
        Assert.Equal((412, "IfMatchFailed"), (staleDelete.Status, staleDelete.Code));
        var staleGet = await SendAsync(Signed("GET", Objects + "/a", null, ("if-match", "stale")));
        Assert.Equal((412, "IfMatchFailed"), (staleGet.Status, staleGet.Code));
        Assert.Equal(304, (await SendAsync(Signed("GET", Objects + "/a", null, ("if-none-match", first.Header("ETag")!)))).Status);
        var odd = await SendAsync(Signed("PUT", Objects + "/a", "2"u8, ("if-none-match", "else")));
        Assert.Equal(400, odd.Status);
        Assert.Equal("1"u8.ToArray(), Bucket.Find("a"));
        Assert.Equal(200, (await SendAsync(Signed("PUT", Objects + "/a", "2"u8, ("if-match", first.Header("ETag")!)))).Status);
        Assert.Equal("2"u8.ToArray(), Bucket.Find("a"));
    }

    [Fact]
    public async Task A_body_that_is_damaged_or_chunked_is_not_stored()
    {
        var damaged = await SendAsync(Signed("PUT", Objects + "/a", "content"u8, ("Content-MD5", Md5("other"u8))));
        Assert.Equal((400, "UnmatchedContentMD5"), (damaged.Status, damaged.Code));
        Assert.Equal(200, (await SendAsync(Signed("PUT", Objects + "/b", "content"u8, ("Content-MD5", Md5("content"u8))))).Status);
        var chunked = await SendAsync(Signed("PUT", Objects + "/a")
            .Replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n7\r\ncontent\r\n0\r\n\r\n"));
        Assert.Equal((411, "MissingContentLength"), (chunked.Status, chunked.Code));
        Assert.Equal(["b"], Bucket.Keys);
    }

    [Fact]
    public async Task A_list_has_pages_prefixes_and_fields()
    {
        foreach (var key in (string[])["a/1", "a/2", "b", "c/1", "c/2", "d"])
            Bucket.Set(key, new byte[3]);
        Assert.Equal("a/1,a/2,b,c/1,c/2,d", await NamesAsync(""));
        Assert.Equal("c/1,c/2", await NamesAsync("?prefix=c%2F"));
        Assert.Equal("b,c/1,c/2,d", await NamesAsync("?start=b"));
        Assert.Equal("c/1,c/2,d", await NamesAsync("?startAfter=b"));
        Assert.Equal("a/1,a/2", await NamesAsync("?end=b"));
        Assert.Equal("b,d|a/,c/", await NamesAsync("?delimiter=%2F"));
        Assert.Equal("a/1,a/2>b", await NamesAsync("?limit=2"));
        Assert.Equal("b,c/1>c/2", await NamesAsync("?limit=2&start=b"));
        Assert.Equal("b|a/>c/1", await NamesAsync("?limit=2&delimiter=%2F"));
        var listed = JsonNode.Parse((await SendAsync(Signed(
            "GET",
            Objects + "?limit=1&fields=name%2Csize%2Cetag%2Cmd5"))).Body)!["objects"]![0]!;
        Assert.Equal((3, Md5(new byte[3])), (listed["size"]!.GetValue<int>(), listed["md5"]!.GetValue<string>()));
        foreach (var wrong in (string[])["?limit=0", "?limit=1001", "?fields=owner", "?delimiter=-", "?start=a&startAfter=b"])
            Assert.Equal(400, (await SendAsync(Signed("GET", Objects + wrong))).Status);

        async Task<string> NamesAsync(string query)
        {
            var list = JsonNode.Parse((await SendAsync(Signed("GET", Objects + query))).Body)!;
            var prefixes = string.Join(',', list["prefixes"]!.AsArray());
            return string.Join(
                ',',
                list["objects"]!.AsArray().Select(static one => one!["name"])) + (prefixes.Length > 0
                    ? "|" + prefixes
                    : "") + (list["nextStartWith"] is { } next ? ">" + next : "");
        }
    }

    [Fact]
    public async Task Parts_become_an_object_in_their_order()
    {
        var upload = await BeginAsync("a", """{"object":"a","metadata":{"opc-meta-x":"y"}}""");
        var second = await PartAsync("a", upload, 2, "world");
        var first = await PartAsync("a", upload, 1, "lost");
        first = await PartAsync("a", upload, 1, "hello ");
        var spare = await PartAsync("a", upload, 7, "never");
        Assert.Empty(Bucket.Keys);
        var refused = new[]
        {
            Commit(
                (2, second),
                (1, first)), Commit(
                    (1, first),
                    (1, first)), Commit(
                        (1, second),
                        (2, second)), Commit((1, first), (3, second)), Commit(), Commit((1, first), (2, second)),
        };
        foreach (var parts in refused)
        {
            var answer = await SendAsync(Signed(
                "POST",
                $"{Uploads}/a?uploadId={upload}",
                Encoding.UTF8.GetBytes($$"""{"partsToCommit":[{{parts}}]}""")));
            Assert.Equal((400, "InvalidUploadPart"), (answer.Status, answer.Code));
        }

        Assert.Equal(1, Bucket.UnfinishedUploads);
        var committed = await SendAsync(Signed(
            "POST",
            $"{Uploads}/a?uploadId={upload}",
            Encoding.UTF8.GetBytes($$"""{"partsToCommit":[{{Commit((1, first), (2, second))}}],"partsToExclude":[7]}""")));
        Assert.Equal(200, committed.Status);
        Assert.EndsWith("-2", committed.Header("opc-multipart-md5"), StringComparison.Ordinal);
        var get = await SendAsync(Signed("GET", Objects + "/a"));
        Assert.Equal(
            ("hello world", "y", committed.Header("ETag"), null),
            (get.Body, get.Header("opc-meta-x"), get.Header("ETag"), get.Header("Content-MD5")));
        Assert.Equal(
            404,
            (await SendAsync(Signed(
                "POST",
                $"{Uploads}/a?uploadId={upload}",
                Encoding.UTF8.GetBytes($$"""{"partsToCommit":[{{Commit((1, first))}}]}""")))).Status);
        Assert.NotEqual(spare, first);

        static string Commit(params (int Number, string ETag)[] parts) =>
            string.Join(',', parts.Select(static part => $$"""{"partNum":{{part.Number}},"etag":"{{part.ETag}}"}"""));
    }

    [Fact]
    public async Task An_upload_does_not_replace_a_taken_key_and_an_aborted_upload_is_gone()
    {
        var upload = await BeginAsync("a", """{"object":"a"}""");
        var part = await PartAsync("a", upload, 1, "part");
        Bucket.Set("a", "there"u8.ToArray());
        var begun = await SendAsync(Signed("POST", Uploads, Encoding.UTF8.GetBytes("""{"object":"a"}"""), "", ("if-none-match", "*")));
        Assert.Equal((412, "IfNoneMatchFailed"), (begun.Status, begun.Code));
        var committed = await SendAsync(Signed(
            "POST",
            $"{Uploads}/a?uploadId={upload}",
            Encoding.UTF8.GetBytes($$"""{"partsToCommit":[{"partNum":1,"etag":"{{part}}"}]}"""),
            "",
            ("if-none-match", "*")));
        Assert.Equal((412, "IfNoneMatchFailed"), (committed.Status, committed.Code));
        Assert.Equal("there"u8.ToArray(), Bucket.Find("a"));
        Assert.Equal(404, (await SendAsync(Signed("DELETE", $"{Uploads}/b?uploadId={upload}"))).Status);
        Assert.Equal(204, (await SendAsync(Signed("DELETE", $"{Uploads}/a?uploadId={upload}"))).Status);
        Assert.Equal(404, (await SendAsync(Signed("DELETE", $"{Uploads}/a?uploadId={upload}"))).Status);
        Assert.Equal(0, Bucket.UnfinishedUploads);
    }

    [Fact]
    public async Task It_fails_as_configured_and_as_often()
    {
        Bucket.Set("a", "content"u8.ToArray());
        Bucket.Set("b", "content"u8.ToArray());
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.Throttle, times: 2, key: "a", after: 1);
        foreach (var (key, status) in ((string, int)[])[("a", 200), ("b", 200), ("a", 429), ("a", 429), ("b", 200), ("a", 200)])
            Assert.Equal(status, (await SendAsync(Signed("GET", $"{Objects}/{key}"))).Status);
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.Foreign(503, "text/html", "<html/>"));
        Assert.Equal("<html/>", (await SendAsync(Signed("GET", Objects + "/a"))).Body);

        Emulator.Faults.Add(StorageOperation.PutObject, Fault.Cut);
        await BreaksOffAsync(Signed("PUT", Objects + "/c", "c"u8));
        Assert.Null(Bucket.Find("c"));
        Emulator.Faults.Add(StorageOperation.PutObject, Fault.LostAnswer);
        await BreaksOffAsync(Signed("PUT", Objects + "/c", "c"u8));
        Assert.NotNull(Bucket.Find("c"));
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.TruncateAfter(3));
        await BreaksOffAsync(Signed("GET", Objects + "/a"));
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.Damage);
        Assert.Equal("contenu", (await SendAsync(Signed("GET", Objects + "/a"))).Body);

        var release = new TaskCompletionSource();
        Emulator.Faults.Add(StorageOperation.GetObject, Fault.Hold(release.Task));
        var held = SendAsync(Signed("GET", Objects + "/a"));
        while (Emulator.Requests[^1].Status != 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.False(held.IsCompleted);
        release.SetResult();
        Assert.Equal("content", (await held).Body);
    }

    [Fact]
    public async Task It_stores_no_more_than_its_quota()
    {
        var quota = (int)ObjectStorageEmulator.MaxStoredBytes;
        Bucket.Set("a", new byte[quota - 4]);
        var full = await SendAsync(Signed("PUT", Objects + "/b", "12345"u8));
        Assert.Equal((400, "QuotaExceeded"), (full.Status, full.Code));
        Bucket.Remove("a");
        Assert.Equal(200, (await SendAsync(Signed("PUT", Objects + "/b", "12345"u8))).Status);
    }

    [Fact]
    public void The_configuration_file_has_the_format_of_OCIs_tools()
    {
        var lines = File.ReadAllLines(Emulator.Identity.ConfigFile);
        Assert.Equal("[DEFAULT]", lines[0]);
        var values = lines[1..].Select(static line => line.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);
        Assert.Equal($"{values["tenancy"]}/{values["user"]}/{values["fingerprint"]}", Emulator.Identity.KeyId);
        Assert.StartsWith("-----BEGIN RSA PRIVATE KEY-----", File.ReadAllText(values["key_file"]), StringComparison.Ordinal);
    }

    private static string Md5(ReadOnlySpan<byte> bytes)
    {
#pragma warning disable CA5351 // The service's checksum.
        return Convert.ToBase64String(MD5.HashData(bytes));
#pragma warning restore CA5351
    }

    private async Task<string> BeginAsync(string key, string details)
    {
        var answer = await SendAsync(Signed("POST", Uploads, Encoding.UTF8.GetBytes(details)));
        var upload = JsonNode.Parse(answer.Body)!;
        Assert.Equal((200, key), (answer.Status, upload["object"]!.GetValue<string>()));
        return upload["uploadId"]!.GetValue<string>();
    }

    private async Task<string> PartAsync(string key, string upload, int number, string content)
    {
        var answer = await SendAsync(Signed(
            "PUT",
            $"{Uploads}/{key}?uploadId={upload}&uploadPartNum={number}",
            Encoding.UTF8.GetBytes(content)));
        Assert.Equal(200, answer.Status);
        return answer.Header("ETag")!;
    }
}

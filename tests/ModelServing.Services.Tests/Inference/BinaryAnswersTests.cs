using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Registry;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Inference;

/// <summary>Binary tensor data, compression and schedule parameters over HTTP, as the clients of Triton and KServe send them.</summary>
public sealed class BinaryAnswersTests
{
    private const string Length = "Inference-Header-Content-Length";

    private static readonly byte[] Ones = [.. Enumerable.Repeat((byte[])[1, 0, 0, 0], 16).SelectMany(static one => one)];
    private static readonly byte[] Twos = [.. Enumerable.Repeat((byte[])[2, 0, 0, 0], 16).SelectMany(static two => two)];

    // As tritonclient.http writes it without and with named outputs.
    [Theory]
    [InlineData(
        """{"inputs":[{"name":"a","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}},{"name":"b","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}}],"parameters":{"binary_data_output":true}}""",
        true,
        true)]
    [InlineData(
        """{"id":"1","inputs":[{"name":"a","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}},{"name":"b","shape":[1,16],"datatype":"INT32","parameters":{"binary_data_size":64}}],"outputs":[{"name":"sum","parameters":{"binary_data":true}},{"name":"product","parameters":{"binary_data":false}}],"parameters":{"priority":1,"timeout":9000000}}""",
        true,
        false)]
    public async Task The_requests_of_Tritons_client_are_answered_as_it_reads_them(string json, bool isSumBinary, bool isProductBinary)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Int32, -1, 16));
        using var answer = await SendAsync(service, Join(json, Ones, Twos), (Length, $"{json.Length}"));
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(body.Length, answer.Content.Headers.ContentLength);
        var length = int.Parse(Assert.Single(answer.Headers.GetValues(Length)), null);
        var head = JsonNode.Parse(body.AsSpan(0, length))!;
        var rest = body[length..];
        foreach (var (output, isBinary, element) in ((string, bool, int)[])[("sum", isSumBinary, 3), ("product", isProductBinary, 2)])
        {
            var found = head["outputs"]!.AsArray().Single(node => (string)node!["name"]! == output)!;
            Assert.Equal("[1,16]", found["shape"]!.ToJsonString());
            Assert.Equal((isBinary ? 64 : null, !isBinary), ((int?)found["parameters"]?["binary_data_size"], found["data"] is not null));
            if (!isBinary)
                continue;
            Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(element, BitConverter.ToInt32(rest, i * 4)));
            rest = rest[64..];
        }

        Assert.Empty(rest);
    }

    // As kserve's InferenceRESTClient writes it: the model's name, and null for data that are elsewhere.
    [Fact]
    public async Task The_requests_of_KServes_client_are_read()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Fp32, -1));
        const string Json =
            """{"id":"4f","model_name":"m","inputs":[{"name":"x","shape":[2],"datatype":"FP32","parameters":{},"data":[0.5,1.0]}]}""";
        var (status, body) = await service.InferAsync(Json);
        Assert.True(status == 200, body);
        Assert.Contains("\"id\":\"4f\"", body, StringComparison.Ordinal);
        Assert.Contains("\"data\":[0.5,1]", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_body_is_answered_with_bytes()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Int32, -1, 16));
        using var answer = await SendAsync(service, Ones, (Length, "0"));
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        Assert.Equal(Ones, body[int.Parse(answer.Headers.GetValues(Length).Single(), null)..]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_request_is_read_and_its_length_is_that_of_the_expanded_JSON(string coding)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Int32, -1));
        var data = new byte[400_000];
        new Random(1).NextBytes(data.AsSpan(0, 1000));
        const string Json =
            """{"inputs":[{"name":"x","shape":[100000],"datatype":"INT32","parameters":{"binary_data_size":400000}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}""";
        using var answer = await SendAsync(
            service,
            Compress(Join(Json, data), coding),
            (Length, $"{Json.Length}"),
            ("Content-Encoding", coding),
            ("Accept-Encoding", coding));
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        Assert.Equal([coding], answer.Content.Headers.ContentEncoding);
        Assert.InRange(body.Length, 1000, 50_000);
        Assert.Equal(data, Expand(body, coding)[int.Parse(answer.Headers.GetValues(Length).Single(), null)..]);
    }

    [Theory]
    [InlineData("gzip, deflate", 1000, "gzip")]
    [InlineData("deflate;q=0.9, gzip;q=0.1, br", 1000, "deflate")]
    [InlineData("gzip;q=0, deflate;q=0", 1000, null)]
    [InlineData("br", 1000, null)]
    [InlineData("*", 1000, null)]
    [InlineData("gzip", 10, null)]
    [InlineData("\u0001", 1000, null)]
    public async Task An_answer_that_is_worth_it_is_compressed_as_its_client_prefers(string accepted, int elements, string? coding)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Int32, -1));
        var data = string.Join(',', Enumerable.Range(0, elements));
        var json = $$"""{"inputs":[{"name":"x","shape":[{{elements}}],"datatype":"INT32","data":[{{data}}]}]}""";
        using var answer = await SendAsync(service, Encoding.UTF8.GetBytes(json), ("Accept-Encoding", accepted));
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(coding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal(coding is null ? [] : ["Accept-Encoding"], answer.Headers.Vary);
        var text = Encoding.UTF8.GetString(coding is null ? body : Expand(body, coding));
        Assert.Contains($"\"data\":[{data}]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_body_that_expands_beyond_the_limit_is_refused_and_its_memory_is_returned(string coding)
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Identity(Datatype.Uint8, -1),
            static settings => settings with { MaxRequestBytes = 1024 * 1024, BudgetBytes = 8 * 1024 * 1024 });
        for (var i = 0; i < 20; i++)
        {
            using var answer = await SendAsync(
                service, Compress(new byte[1024 * 1024 + 1], coding), (Length, "0"), ("Content-Encoding", coding));
            Assert.Equal(413, (int)answer.StatusCode);
        }

        Assert.Equal(0, service.Get<ByteBudget>().Reserved);
        using var largest = await SendAsync(service, Compress(new byte[1024 * 1024], coding), (Length, "0"), ("Content-Encoding", coding));
        Assert.Equal(200, (int)largest.StatusCode);
    }

    [Theory]
    [InlineData("gzip", "", "has no bytes")]
    [InlineData("gzip", "1F8B0800", "")]
    [InlineData("gzip", "7B7D", "can't be expanded")]
    [InlineData("deflate", "7B7D", "can't be expanded")]
    [InlineData("deflate", "789CFFFFFFFF", "can't be expanded")]
    public async Task A_body_that_is_not_compressed_as_it_says_is_the_callers_fault(string coding, string hex, string fault)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Uint8, -1));
        using var answer = await SendAsync(service, Convert.FromHexString(hex), ("Content-Encoding", coding));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains(fault.Length > 0 ? $"Content-Encoding: it is {coding}, but the body {fault}" : "", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_body_that_is_cut_off_is_refused_wherever_it_ends(string coding)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Uint8, -1));
        // Not even one byte of the checksum may be missing or wrong.
        var whole = Compress([1, 2, 3, 4, 5, 6, 7, 8], coding);
        for (var length = 1; length <= whole.Length; length++)
        {
            using var answer = await SendAsync(service, whole[..length], (Length, "0"), ("Content-Encoding", coding));
            Assert.True((length == whole.Length ? 200 : 400) == (int)answer.StatusCode, $"{length} of {whole.Length}: {answer.StatusCode}");
        }

        whole[^1] ^= 1;
        using var wrong = await SendAsync(service, whole, (Length, "0"), ("Content-Encoding", coding));
        Assert.Equal(400, (int)wrong.StatusCode);
    }

    [Fact]
    public async Task BYTES_may_be_any_bytes_as_long_as_nobody_wants_them_as_text()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Bytes, -1));
        byte[] data = [2, 0, 0, 0, 0xFF, 0];
        string Json(bool isBinary) =>
            $$$"""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":6}}],"outputs":[{"name":"y","parameters":{"binary_data":{{{(isBinary ? "true" : "false")}}}}}]}""";
        using var answer = await SendAsync(service, Join(Json(true), data), (Length, $"{Json(true).Length}"));
        Assert.Equal(data, (await answer.Content.ReadAsByteArrayAsync())[^6..]);
        using var refused = await SendAsync(service, Join(Json(false), data), (Length, $"{Json(false).Length}"));
        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Contains(
            "outputs: element 0 of 'y' is not text in UTF-8; ask for it with the parameter 'binary_data'",
            await refused.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_binary_answer_with_infinity_says_so()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        using var answer = await SendAsync(service, [0, 0, 0, 0], (Length, "0"));
        Assert.Equal(["non-finite"], answer.Headers.GetValues(HeaderNames.ModelOutcome));
        using var passedOn = await SendAsync(service, [0, 0, 0xC0, 0x7F], (Length, "0"));
        Assert.Equal((200, false), ((int)passedOn.StatusCode, passedOn.Headers.Contains(HeaderNames.ModelOutcome)));
    }

    [Fact]
    public async Task A_timeout_that_the_request_names_ends_it_and_is_nobodys_failure()
    {
        await using var service = await RunningInference.StartAsync(
            SomeSlowOnnx.Loop(), static settings => settings with { RequestTimeout = TimeSpan.FromMinutes(10) });
        var answer = await service.SendAsync(
            $$$"""{"parameters":{"timeout":20000},"inputs":[{"name":"count","shape":[],"datatype":"INT64","data":[{{{SomeSlowOnnx.Endless}}}]}]}""");
        Assert.Equal((504, "busy"), (answer.Status, answer.Outcome));
        Assert.Contains("(shortened by its caller)", answer.Body, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        RunningInference service, byte[] body, params (string Name, string Value)[] headers)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, InferencePaths.Infer(RunningInference.Model))
        {
            Content = new ByteArrayContent(body),
        };
        foreach (var (name, value) in headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return await service.Client.SendAsync(message);
    }

    private static byte[] Join(string json, params byte[][] data) =>
        [.. Encoding.UTF8.GetBytes(json), .. data.SelectMany(static part => part)];

    private static byte[] Compress(byte[] plain, string coding)
    {
        using var compressed = new MemoryStream();
        using (Stream compression = coding == "gzip"
            ? new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true)
            : new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            compression.Write(plain);
        return compressed.ToArray();
    }

    private static byte[] Expand(byte[] compressed, string coding)
    {
        using var source = new MemoryStream(compressed);
        using Stream plain = coding == "gzip"
            ? new GZipStream(source, CompressionMode.Decompress)
            : new ZLibStream(source, CompressionMode.Decompress);
        using var all = new MemoryStream();
        plain.CopyTo(all);
        return all.ToArray();
    }
}

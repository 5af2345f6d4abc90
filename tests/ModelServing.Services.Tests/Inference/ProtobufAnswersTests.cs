using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using ModelServing.Contracts;
using ModelServing.Hosting.Memory;
using ModelServing.Registry;
using ModelServing.TestKit;
using static ModelServing.Services.Tests.Inference.Protocol.Protobuf.SomeMessage;

namespace ModelServing.Services.Tests.Inference;

/// <summary>Inference requests in Protocol Buffers, over HTTP.</summary>
public sealed class ProtobufAnswersTests
{
    private const string Type = "application/x-protobuf";

    private static readonly byte[] Ones = [.. Enumerable.Repeat((byte[])[1, 0, 0, 0], 16).SelectMany(static one => one)];
    private static readonly byte[] Twos = [.. Enumerable.Repeat((byte[])[2, 0, 0, 0], 16).SelectMany(static two => two)];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_has_the_form_of_its_request(bool isRaw)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.AddAndMultiply(Datatype.Int32, -1, 16));
        byte[] Input(string name, int element) => isRaw
            ? Protocol.Protobuf.SomeMessage.Input(name, "INT32", [1, 16])
            : Protocol.Protobuf.SomeMessage.Input(name, "INT32", [1, 16], Contents(Packed(2, Enumerable.Repeat((long)element, 16))));
        var body = Join([Text(3, "\u00e4"), Input("a", 1), Input("b", -2), .. isRaw ? (byte[][])[Raw(Ones), Raw(Twos)] : []]);
        using var answer = await SendAsync(service, body);
        Assert.Equal((Type, 200), (answer.Content.Headers.ContentType!.ToString(), (int)answer.StatusCode));
        var response = Fields(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(["m", "3", "\u00e4"], ((int[])[1, 2, 3]).Select(field => Encoding.UTF8.GetString(response[field].Single())));
        var outputs = response[5].Select(Fields).ToList();
        Assert.Equal(["sum", "product"], outputs.Select(static output => Encoding.UTF8.GetString(output[1].Single())));
        Assert.All(outputs, static output => Assert.Equal(("INT32", "0110"), (
            Encoding.UTF8.GetString(output[2].Single()), Convert.ToHexString(output[3].Single()))));
        foreach (var (i, element) in ((int, int)[])[(0, isRaw ? 3 : -1), (1, isRaw ? 2 : -2)])
        {
            var elements = Enumerable.Repeat(element, 16);
            if (isRaw)
                Assert.Equal(elements.SelectMany(BitConverter.GetBytes), response[6].ElementAt(i));
            else
                Assert.Equal(elements, Numbers(Fields(outputs[i][5].Single())[2].Single()).Select(static number => (int)number));
        }

        Assert.Equal(isRaw ? (2, 0) : (0, 2), (response[6].Count(), outputs.Sum(static output => output[5].Count())));
    }

    [Theory]
    [InlineData(Datatype.Bool, "BOOL", "0A020100", null)]
    [InlineData(Datatype.Int8, "INT8", "120B80FFFFFFFFFFFFFFFF017F", null)]
    [InlineData(Datatype.Int64, "INT64", "1A1380808080808080808001FFFFFFFFFFFFFFFF7F", null)]
    [InlineData(Datatype.Uint16, "UINT16", "220401FFFF03", null)]
    [InlineData(Datatype.Uint64, "UINT64", "2A0B01FFFFFFFFFFFFFFFFFF01", null)]
    [InlineData(Datatype.Fp32, "FP32", "32080000003F000080FF", null)]
    [InlineData(Datatype.Fp64, "FP64", "3A10000000000000E03F000000000000F8FF", null)]
    [InlineData(Datatype.Bytes, "BYTES", "42004203FFA421", null)]
    [InlineData(Datatype.Fp16, "FP16", null, "0038007C")]
    [InlineData(Datatype.Bf16, "BF16", null, "003FC0FF")]
    [InlineData(Datatype.Bytes, "BYTES", null, "0000000001000000FF")]
    public async Task Each_data_type_comes_back_as_it_was_sent(Datatype datatype, string name, string? contents, string? raw)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(datatype, -1));
        var body = contents is null
            ? Join(Input("x", name, [2]), Raw(Convert.FromHexString(raw!)))
            : Input("x", name, [2], Contents(Convert.FromHexString(contents)));
        using var answer = await SendAsync(service, body);
        var response = Fields(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(
            (contents, raw),
            (HexOf(Fields(response[5].Single())[5]), HexOf(response[6])));
    }

    [Fact]
    public async Task A_long_answer_of_numbers_of_many_lengths_is_complete()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Int64, -1));
        var random = new Random(1);
        var numbers = Enumerable.Range(0, 200_000).Select(_ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)).ToList();
        var body = Input("x", "INT64", [numbers.Count], Contents(Packed(3, numbers)));
        using var answer = await SendAsync(service, body);
        var response = Fields(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(numbers, Numbers(Fields(Fields(response[5].Single())[5].Single())[3].Single()).Select(static number => (long)number));
        await RunningInference.UntilAsync(() => Task.FromResult(service.Get<ByteBudget>().Reserved == 0), "bytes are still taken");
    }

    [Fact]
    public async Task A_fault_is_a_problem_in_JSON()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Int32, -1));
        using var answer = await SendAsync(service, Input("x", "INT32", [2]));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal((400, "application/problem+json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal(
            "inputs[0].contents.int_contents: it has 0 elements, but the shape [2] requires 2", (string)JsonNode.Parse(body)!["detail"]!);
    }

    [Theory]
    [InlineData("Application/X-Protobuf", null, 200)]
    [InlineData("application/x-protobuf; messageType=\"inference.ModelInferRequest\"", null, 200)]
    [InlineData("application/x-protobuf-2", null, 415)]
    [InlineData("application/protobuf", null, 415)]
    [InlineData("application/x-protobuf", "0", 400)]
    [InlineData("application/x-protobuf", "5", 400)]
    public async Task The_media_type_says_what_the_body_is(string type, string? jsonLength, int status)
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Identity(Datatype.Int32, -1));
        using var message = Message(Join(Input("x", "INT32", [16]), Raw(Ones)));
        message.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (jsonLength is not null)
            message.Headers.Add(HeaderNames.JsonLength, jsonLength);
        using var answer = await service.Client.SendAsync(message);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 415)
            Assert.Equal("application/json, application/x-protobuf", string.Join(", ", answer.Headers.GetValues("Accept")));
        if (status == 400)
        {
            Assert.Contains(
                "Inference-Header-Content-Length: the body is application/x-protobuf",
                await answer.Content.ReadAsStringAsync(),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Infinity_is_told_and_a_timeout_is_kept()
    {
        await using var service = await RunningInference.StartAsync(SomeOnnx.Reciprocal(Datatype.Fp32));
        using var answer = await SendAsync(service, Join(Input("x", "FP32", [1]), Raw(new byte[4])));
        Assert.Equal(["non-finite"], answer.Headers.GetValues(HeaderNames.ModelOutcome));
        await using var slow = await RunningInference.StartAsync(SomeSlowOnnx.Loop());
        var timeout = Parameter(4, "timeout", RawProtobuf.Number(2, 20_000));
        using var late = await SendAsync(
            slow, Join(timeout, Input("count", "INT64", [], Contents(RawProtobuf.Number(3, (ulong)SomeSlowOnnx.Endless)))));
        Assert.Equal((504, "busy"), ((int)late.StatusCode, late.Headers.GetValues(HeaderNames.ModelOutcome).Single()));
    }

    [Fact]
    public async Task A_body_that_its_tensors_make_too_large_for_the_process_is_refused_before_it_is_read()
    {
        await using var service = await RunningInference.StartAsync(
            SomeOnnx.Identity(Datatype.Int64, -1, 2), static settings => settings with { BudgetBytes = 1024 * 1024 });
        // Each byte may be an element, which takes eight.
        using var answer = await SendAsync(service, new byte[100 * 1024]);
        Assert.Equal(413, (int)answer.StatusCode);
        Assert.Contains("which has room for", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var read = await SendAsync(service, new byte[80 * 1024]);
        Assert.Equal(400, (int)read.StatusCode);
    }

    private static string? HexOf(IEnumerable<byte[]> fields) =>
        fields.SingleOrDefault() is { } field ? Convert.ToHexString(field) : null;

    private static IEnumerable<ulong> Numbers(byte[] packed)
    {
        var input = new CodedInputStream(packed);
        while (!input.IsAtEnd)
            yield return input.ReadUInt64();
    }

    private static HttpRequestMessage Message(byte[] body)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, InferencePaths.Infer(RunningInference.Model))
        {
            Content = new ByteArrayContent(body),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(Type);
        return message;
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningInference service, byte[] body)
    {
        using var message = Message(body);
        return await service.Client.SendAsync(message);
    }
}

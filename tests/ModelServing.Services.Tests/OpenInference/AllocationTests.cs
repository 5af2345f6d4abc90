using System.Globalization;
using System.Text;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;

namespace ModelServing.Services.Tests.OpenInference;

/// <summary>What a call allocates. The transport below it completes at once, so all of it is on the test's own thread.</summary>
public class AllocationTests
{
    private const int Elements = 1_000_000;
    private const int Bytes = Elements * sizeof(float);

    // For all that does not grow with the elements.
    private const int Allowance = 100_000;

    private static readonly string BinaryHead =
        $$$"""{"outputs":[{"name":"y","datatype":"FP32","shape":[{{{Elements}}}],"parameters":{"binary_data_size":{{{Bytes}}}}}]}""";

    [Fact]
    public void The_elements_of_a_binary_request_are_not_copied() =>
        Assert.InRange(Measure(WireFormat.Binary, Elements, Encoding.UTF8.GetBytes(SomeAnswers.Least), null), 0, Allowance);

    [Fact]
    public void The_elements_of_a_binary_answer_are_read_into_their_tensor() =>
        Assert.InRange(
            Measure(WireFormat.Binary, 1, [.. Encoding.UTF8.GetBytes(BinaryHead), .. new byte[Bytes]], BinaryHead.Length),
            Bytes,
            Bytes + Allowance);

    [Fact]
    public void Elements_in_json_cost_the_text_and_their_tensor()
    {
        var data = string.Join(',', Enumerable.Repeat("0.25", Elements));
        var answer = Encoding.UTF8.GetBytes(
            $$"""{"outputs":[{"name":"y","datatype":"FP32","shape":[{{Elements}}],"data":[{{data}}]}]}""");
        Assert.InRange(Measure(WireFormat.Json, 1, answer, null), Bytes, Bytes + answer.Length + Allowance);
    }

    private static long Measure(WireFormat format, int elements, byte[] answer, int? jsonLength)
    {
        using var http = new HttpClient(new Answering(answer, jsonLength));
        using var client = new OpenInferenceClient(new Uri("http://stub"), new() { Format = format, Http = http });
        var request = new InferRequest("m", new InferInput("x", Tensor.From(new float[elements])));
        // The first call also compiles and sets up.
        Assert.True(client.InferAsync(request).IsCompletedSuccessfully);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var call = client.InferAsync(request);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(call.IsCompletedSuccessfully);
        return allocated;
    }

    private sealed class Answering(byte[] answer, int? jsonLength) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            var response = new HttpResponseMessage { Content = new ByteArrayContent(answer) };
            if (jsonLength is { } length)
                response.Headers.Add("Inference-Header-Content-Length", length.ToString(CultureInfo.InvariantCulture));
            return response;
        }
    }
}

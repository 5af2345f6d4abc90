using System.Globalization;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;

namespace ModelServing.OpenInference.Rest;

/// <summary>Reads the body of an answer. The bytes of a tensor are read into its own memory, and not copied from there.</summary>
internal static class AnswerBody
{
    private const string JsonLength = "Inference-Header-Content-Length";
    private const int FirstBytes = 4096;

    /// <summary>Reads an answer to an inference request.</summary>
    internal static async Task<InferResult> ReadInferAsync(HttpResponseMessage response, int most, CancellationToken cancellation)
    {
        var headers = HttpHeaders.Read(response);
        if (headers[JsonLength] is not { } text)
        {
            var body = await ReadAllAsync(response, most, cancellation);
            return Complete(AnswerReader.Read(body.Span), headers);
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || length > Math.Min(most, response.Content.Headers.ContentLength ?? most))
            throw TransportFaults.Malformed($"{JsonLength} is '{text}', which is not a length within the body");
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var json = new byte[length];
        await ReadExactlyAsync(stream, json, "the JSON", cancellation);
        var answer = AnswerReader.Read(json);
        var rest = Math.Min(most, response.Content.Headers.ContentLength ?? most) - length;
        foreach (var output in answer.Outputs)
        {
            if (output.BinarySize is not { } size)
                continue;
            if (size > rest)
                throw TransportFaults.Malformed($"'{output.Name}' has {size} bytes, but at most {rest} are left of the answer");
            rest -= size;
            output.Take(await ReadTensorAsync(stream, size, output.Name, cancellation));
        }

        if (await stream.ReadAsync(new byte[1], cancellation) > 0)
            throw TransportFaults.Malformed("bytes follow those of the last output");
        return Complete(answer, headers);
    }

    /// <summary>Reads a whole body.</summary>
    internal static async Task<ReadOnlyMemory<byte>> ReadAllAsync(HttpResponseMessage response, int most, CancellationToken cancellation)
    {
        var known = response.Content.Headers.ContentLength;
        if (known > most)
            throw TooLong(most);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new byte[known ?? FirstBytes];
        var length = 0;
        while (true)
        {
            if (length == body.Length)
            {
                // HTTP itself ends a body at its length.
                if (length == known)
                    return body;
                Array.Resize(ref body, (int)Math.Min(Math.Max(FirstBytes, length * 2L), most + 1L));
            }

            var read = await stream.ReadAsync(body.AsMemory(length), cancellation);
            if (read == 0)
                return body.AsMemory(0, length);
            length += read;
            if (length > most)
                throw TooLong(most);
        }
    }

    private static async Task<byte[]> ReadTensorAsync(Stream stream, int size, string name, CancellationToken cancellation)
    {
        // Every byte of it is written.
        var memory = GC.AllocateUninitializedArray<byte>(size);
        await ReadExactlyAsync(stream, memory, $"'{name}'", cancellation);
        return memory;
    }

    private static async Task ReadExactlyAsync(Stream stream, Memory<byte> memory, string what, CancellationToken cancellation)
    {
        var read = await stream.ReadAtLeastAsync(memory, memory.Length, throwOnEndOfStream: false, cancellation);
        if (read < memory.Length)
            throw TransportFaults.Malformed($"it ends after {read} of the {memory.Length} bytes of {what}");
    }

    private static InferResult Complete(ReadAnswer answer, AnswerHeaders headers) => new(
        answer.Model,
        answer.Version,
        answer.Id,
        [.. answer.Outputs.Select(static output => output.ToOutput())],
        answer.Parameters)
    {
        Headers = headers,
    };

    private static OpenInferenceException TooLong(int most) => TransportFaults.Malformed($"it has more than {most} bytes");
}

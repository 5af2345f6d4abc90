using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Sample;

namespace ModelServing.Cli.Demo;

/// <summary>Sends the sample's transactions to the API, as any client of the Open Inference Protocol would.</summary>
internal sealed class DemoTraffic(Uri api, string key, IReadOnlyList<SampleRow> rows, TimeProvider time) : IDisposable
{
    private const int Connections = 16;

    private readonly Uri infer = new(api, InferencePaths.Infer(DemoModel.Name));
    private readonly HttpClient http = new(
        new SocketsHttpHandler { MaxConnectionsPerServer = Connections, UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        // Longer than the longest deadline in a stack file (10 min), so the router times out first.
        Timeout = TimeSpan.FromMinutes(11),
    };

    public void Dispose() => http.Dispose();

    /// <summary>Sends the first rows and returns the outcome of each.</summary>
    /// <param name="count">The number of rows.</param>
    /// <param name="routingKeyHeader">The header for the customer's number; null for none.</param>
    /// <param name="answered">Called after each row.</param>
    /// <param name="cancellation">Cancels the call.</param>
    internal async Task<DemoAnswer[]> SendAsync(int count, string? routingKeyHeader, Action answered, CancellationToken cancellation)
    {
        var answers = new DemoAnswer[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(
            async () =>
            {
                while (Interlocked.Increment(ref next) is var row && row < count)
                {
                    answers[row] = await SendAsync(rows[row], routingKeyHeader, cancellation);
                    answered();
                }
            },
            cancellation)));
        return answers;
    }

    private async Task<DemoAnswer> SendAsync(SampleRow row, string? routingKeyHeader, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, infer) { Content = new ByteArrayContent(Body(row)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (routingKeyHeader is not null)
            request.Headers.TryAddWithoutValidation(routingKeyHeader, row.CustomerId.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(HeaderNames.ApiKey, key);
        var began = time.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var variant = Header(answer, HeaderNames.ModelVariant);
            var version = ModelVersion.TryParse(Header(answer, HeaderNames.ModelVersion), null, out var parsed)
                ? parsed.Number
                : (int?)null;
            string? failure;
            try
            {
                var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
                failure = answer.StatusCode == HttpStatusCode.OK
                    ? AnswerFault(body)
                    : $"{(int)answer.StatusCode} {ProblemReason(body)}".TrimEnd();
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                failure = "answer cut short";
            }

            return new DemoAnswer(variant, version, time.GetElapsedTime(began), failure, Header(answer, HeaderNames.RequestId));
        }
        catch (HttpRequestException e)
        {
            return new DemoAnswer(
                null,
                null,
                time.GetElapsedTime(began),
                e.HttpRequestError == HttpRequestError.ConnectionError ? "connection refused" : "connection lost");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new DemoAnswer(null, null, time.GetElapsedTime(began), "no answer in time");
        }
    }

    private static byte[] Body(SampleRow row)
    {
        using var body = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("inputs"u8);
            json.WriteStartObject();
            json.WriteString("name"u8, SampleArtifacts.InputName);
            json.WriteStartArray("shape"u8);
            json.WriteNumberValue(1);
            json.WriteNumberValue(row.Features.Length);
            json.WriteEndArray();
            json.WriteString("datatype"u8, "FP32"u8);
            json.WriteStartArray("data"u8);
            foreach (var feature in row.Features.Span)
                json.WriteNumberValue(feature);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>The fault of a response's body; null for JSON with outputs.</summary>
    internal static string? AnswerFault(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("outputs"u8, out var outputs) &&
                outputs.ValueKind == JsonValueKind.Array && outputs.GetArrayLength() > 0
                ? null
                : "200 without outputs";
        }
        catch (JsonException)
        {
            return "200 with invalid JSON";
        }
    }

    // The kind of problem (RFC 9457) that the platform's own responses name.
    private static string ProblemReason(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("type"u8, out var type)
                && type.ValueKind == JsonValueKind.String
                ? type.GetString()!.Split(':')[^1]
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}

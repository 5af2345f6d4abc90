using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Cli.Demo;

/// <summary>Sends the sample's payments to the API, as any client of the Open Inference Protocol would. A payment's event follows its
/// answer.</summary>
/// <param name="key">The client's key.</param>
/// <param name="addAsync">Adds an event to the feature store.</param>
/// <param name="time">The clock.</param>
internal sealed class DemoTraffic(
    Uri api, string key, DemoPayments payments, Func<SampleEvent, CancellationToken, ValueTask> addAsync, TimeProvider time) : IDisposable
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

    /// <summary>Sends the next payments and returns the outcome of each.</summary>
    /// <param name="count">The number of payments.</param>
    /// <param name="routingKeyHeader">The header for the customer's number; null for none.</param>
    /// <param name="answered">Called after each payment.</param>
    /// <param name="cancellation">Cancels the call.</param>
    internal async Task<DemoAnswer[]> SendAsync(int count, string? routingKeyHeader, Action answered, CancellationToken cancellation)
    {
        var rows = payments.Take(count);
        var answers = new DemoAnswer[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(
            async () =>
            {
                while (Interlocked.Increment(ref next) is var row && row < count)
                {
                    answers[row] = await SendAsync(rows[row], routingKeyHeader, cancellation) with { IsFraud = rows[row].IsFraud };
                    await AddEventsAsync(rows[row], cancellation);
                    answered();
                }
            },
            cancellation)));
        return answers;
    }

    private async Task AddEventsAsync(Transaction row, CancellationToken cancellation)
    {
        await addAsync(SampleEvents.Payment(row), cancellation);
        foreach (var fraud in payments.TakeFrauds(row.Time))
            await addAsync(fraud, cancellation);
    }

    private async Task<DemoAnswer> SendAsync(Transaction row, string? routingKeyHeader, CancellationToken cancellation)
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

            return new DemoAnswer(
                variant,
                version,
                time.GetElapsedTime(began),
                failure,
                Header(answer, HeaderNames.RequestId),
                Header(answer, HeaderNames.FeatureDefaults));
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

    private static byte[] Body(Transaction row)
    {
        using var body = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("inputs"u8);
            WriteInput(json, SampleFeatures.CardId, "INT64", row.CustomerId);
            WriteInput(json, SampleFeatures.TerminalId, "INT64", row.TerminalId);
            WriteInput(json, SampleFeatures.Amount, "FP64", row.Cents / 100m);
            WriteInput(json, "time", "INT64", row.Time.ToUnixTimeMilliseconds() * 1000);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static void WriteInput(Utf8JsonWriter json, string name, string datatype, decimal value)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteStartArray("shape"u8);
        json.WriteNumberValue(1);
        json.WriteEndArray();
        json.WriteString("datatype"u8, datatype);
        json.WriteStartArray("data"u8);
        json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
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

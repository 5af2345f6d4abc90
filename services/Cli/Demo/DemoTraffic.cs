using System.Globalization;
using ModelServing.Contracts;
using ModelServing.OpenInference;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Infer;
using ModelServing.OpenInference.Tensors;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Cli.Demo;

/// <summary>Sends the sample's payments to the API, as any client of the Open Inference Protocol would. A payment's event follows its
/// answer.</summary>
internal sealed class DemoTraffic : IDisposable
{
    private const int Connections = 16;

    private readonly DemoPayments payments;
    private readonly Func<SampleEvent, CancellationToken, ValueTask> addAsync;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly OpenInferenceClient client;

    /// <param name="api">The API's address.</param>
    /// <param name="key">The client's key.</param>
    /// <param name="payments">What is sent.</param>
    /// <param name="addAsync">Adds an event to the feature store.</param>
    /// <param name="time">The clock.</param>
    internal DemoTraffic(
        Uri api, string key, DemoPayments payments, Func<SampleEvent, CancellationToken, ValueTask> addAsync, TimeProvider time)
    {
        this.payments = payments;
        this.addAsync = addAsync;
        this.time = time;
        http = new HttpClient(
            new SocketsHttpHandler
            {
                MaxConnectionsPerServer = Connections,
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
            })
        {
            // Longer than the longest deadline in a stack file (10 min), so the router times out first.
            Timeout = TimeSpan.FromMinutes(11),
        };
        // The demo shows each failure that a caller sees, so it sends nothing again.
        client = new OpenInferenceClient(api, new() { ApiKey = key, Http = http, Time = time, Retry = RetryOptions.None });
    }

    public void Dispose()
    {
        client.Dispose();
        http.Dispose();
    }

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
        var request = Request(row);
        if (routingKeyHeader is not null)
        {
            request = request with
            {
                Headers = new Dictionary<string, string> { [routingKeyHeader] = row.CustomerId.ToString(CultureInfo.InvariantCulture) },
            };
        }

        var began = time.GetTimestamp();
        try
        {
            var result = await client.InferAsync(request, cancellation);
            return Answer(result.Headers, result.Outputs.Count == 0 ? "200 without outputs" : null);
        }
        catch (OpenInferenceException e)
        {
            return Answer(e.Headers, FailureOf(e));
        }

        DemoAnswer Answer(AnswerHeaders headers, string? failure) => new(
            headers.Variant,
            ModelVersion.TryParse(headers.Version, null, out var version) ? version.Number : null,
            time.GetElapsedTime(began),
            failure,
            headers.RequestId,
            headers.FeatureDefaults);
    }

    private static InferRequest Request(Transaction row) => new(
        DemoModel.Name.ToString(),
        new InferInput(SampleFeatures.CardId, Tensor.From<long>([row.CustomerId])),
        new InferInput(SampleFeatures.TerminalId, Tensor.From<long>([row.TerminalId])),
        new InferInput(SampleFeatures.Amount, Tensor.From<double>([(double)(row.Cents / 100m)])),
        new InferInput("time", Tensor.From<long>([row.Time.ToUnixTimeMilliseconds() * 1000])));

    private static string FailureOf(OpenInferenceException failure) => failure.Fault switch
    {
        CallFault.Unreachable => "connection refused",
        CallFault.ConnectionLost when failure.Status is not null => "answer cut short",
        CallFault.ConnectionLost => "connection lost",
        CallFault.MalformedAnswer when failure.Status is 200 => "200 with another body than an answer",
        _ when failure.Status is { } status => $"{status} {failure.Reason}".TrimEnd(),
        CallFault.DeadlineExceeded => "no answer in time",
        _ => "not an answer in HTTP",
    };
}

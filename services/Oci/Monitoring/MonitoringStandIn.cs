using System.Net.Http.Headers;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Oci.Monitoring;

/// <summary>A stand-in for Monitoring at an address of this machine: <c>ms up</c> has one.</summary>
internal sealed class MonitoringStandIn : IMonitoring, IDisposable
{
    private const int MaxAnswer = 16 * 1024 * 1024;

    private readonly HttpClient client;

    internal MonitoringStandIn(Uri address, TimeSpan? patience = null) =>
        client = new HttpClient { BaseAddress = address, Timeout = patience ?? TimeSpan.FromSeconds(5), MaxResponseContentBufferSize = MaxAnswer };

    /// <inheritdoc/>
    public string Location => client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    /// <inheritdoc/>
    public Task<MetricPostAnswer> PostAsync(MetricPost post, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(post);
        return AskAsync(
            "metrics can't be posted",
            async () =>
            {
                using var body = new ByteArrayContent(post.ToUtf8()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                return await client.PostAsync(new Uri(MetricPost.Path, UriKind.Relative), body, cancellationToken);
            },
            static utf8 => MetricPostAnswer.Parse(utf8),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FiringAlarm>> FiringAsync(IReadOnlyCollection<string> alarms, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            "alarms' states can't be read",
            () => client.GetAsync(new Uri(FiringAlarms.Path, UriKind.Relative), cancellationToken),
            static utf8 => FiringAlarms.Parse(utf8),
            cancellationToken);
        return answer.Alarms;
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<T> AskAsync<T>(string what, Func<Task<HttpResponseMessage>> ask, Func<byte[], T> read, CancellationToken cancellation)
    {
        try
        {
            using var answer = await ask();
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return answer.IsSuccessStatusCode ? read(body) : throw new MonitoringException($"{what} at {Location}: the answer's status is {(int)answer.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or ContractException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new MonitoringException($"{what} at {Location}: {e.Message}", e);
        }
    }
}

using System.Net.Http.Headers;
using ModelServing.Contracts;
using ModelServing.Contracts.Monitoring;

namespace ModelServing.Oci.Monitoring;

/// <summary>A client of the stand-in for Monitoring that <c>ms up</c> runs on this machine.</summary>
internal sealed class MonitoringStandIn : IMonitoring, IDisposable
{
    private const int MaxResponseBytes = 16 * 1024 * 1024;

    private readonly HttpClient client;

    internal MonitoringStandIn(Uri address, string? secret, TimeSpan? timeout = null)
    {
        client = new HttpClient
        {
            BaseAddress = address,
            Timeout = timeout ?? TimeSpan.FromSeconds(5),
            MaxResponseContentBufferSize = MaxResponseBytes,
        };
        if (secret is not null)
            client.DefaultRequestHeaders.Add(HeaderNames.RunSecret, secret);
    }

    /// <inheritdoc/>
    public string Location => client.BaseAddress!.GetLeftPart(UriPartial.Authority);

    /// <inheritdoc/>
    public Task<MetricPostAnswer> PostAsync(MetricPost post, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(post);
        return SendAsync(
            "metrics can't be posted",
            async () =>
            {
                using var body = new ByteArrayContent(post.ToUtf8());
                body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                return await client.PostAsync(new Uri(MetricPost.Path, UriKind.Relative), body, cancellationToken);
            },
            static utf8 => MetricPostAnswer.Parse(utf8),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FiringAlarm>> FiringAsync(IReadOnlyCollection<string> alarms, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            "alarms' states can't be read",
            () => client.GetAsync(new Uri(FiringAlarms.Path, UriKind.Relative), cancellationToken),
            static utf8 => FiringAlarms.Parse(utf8),
            cancellationToken);
        return answer.Alarms;
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task<T> SendAsync<T>(
        string problem, Func<Task<HttpResponseMessage>> send, Func<byte[], T> read, CancellationToken cancellation)
    {
        try
        {
            using var answer = await send();
            var body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return answer.IsSuccessStatusCode
                ? read(body)
                : throw new MonitoringException($"{problem} at {Location}: the answer's status is {(int)answer.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or ContractException or OperationCanceledException
            && !cancellation.IsCancellationRequested)
        {
            throw new MonitoringException($"{problem} at {Location}: {e.Message}", e);
        }
    }
}

using System.Net;
using System.Net.Http.Headers;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Cli.Demo;

/// <summary>Posts outcomes to the API, as a client with the role of a reporter would.</summary>
internal sealed class OutcomePosts(Uri api, string key, TimeProvider time) : IDisposable
{
    private const int Tries = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = api,
        Timeout = TimeSpan.FromSeconds(30),
    };

    public void Dispose() => http.Dispose();

    /// <summary>Posts outcomes in batches. A batch that was not stored is posted again, which does no harm to what was.</summary>
    /// <exception cref="CommandException">The API refuses them, or the store stays unavailable.</exception>
    internal async Task PostAsync(IEnumerable<Outcome> outcomes, CancellationToken cancellation)
    {
        foreach (var some in outcomes.Chunk(OutcomeBatch.Most))
            await PostAsync(new OutcomeBatch(some).ToUtf8(), cancellation);
    }

    private async Task PostAsync(byte[] batch, CancellationToken cancellation)
    {
        for (var tries = 1; tries <= Tries; tries++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, OutcomePaths.Outcomes) { Content = new ByteArrayContent(batch) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Add(HeaderNames.ApiKey, key);
            using var answer = await http.SendAsync(request, cancellation);
            if (answer.IsSuccessStatusCode)
                return;
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || tries == Tries)
            {
                throw new CommandException(
                    ExitCode.Failed,
                    $"the outcomes were not stored: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;

namespace ModelServing.Cli.Features;

/// <summary>A client of the feature server.</summary>
/// <param name="address">The server's address.</param>
/// <param name="key">The client's key; null sends none.</param>
internal sealed class FeatureClient(Uri address, string? key) : IDisposable
{
    private const int MostTries = 20;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public void Dispose() => http.Dispose();

    /// <summary>Posts events. While the server is busy, or can't log events for the moment, it waits and posts them again.</summary>
    /// <exception cref="CommandException">The server is unreachable or refuses.</exception>
    internal async Task<AcceptedEvents> PostAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        AcceptedEvents.Parse(await SendAsync(HttpMethod.Post, FeaturePaths.Events, body, cancellation));

    /// <exception cref="CommandException">The server is unreachable or refuses.</exception>
    internal async Task<FeatureAnswer> ReadAsync(FeatureQuery query, CancellationToken cancellation) =>
        FeatureAnswer.Parse(await SendAsync(HttpMethod.Post, FeaturePaths.Read, query.ToUtf8(), cancellation));

    /// <exception cref="CommandException">The server is unreachable or refuses.</exception>
    internal async Task<ServedViews> ReadViewsAsync(CancellationToken cancellation) =>
        ServedViews.Parse(await SendAsync(HttpMethod.Get, FeaturePaths.Views, ReadOnlyMemory<byte>.Empty, cancellation));

    private async Task<byte[]> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        for (var tries = 1; tries <= MostTries; tries++)
        {
            using var request = new HttpRequestMessage(method, path) { Content = ContentOf(method, body) };
            if (key is { Length: > 0 })
                request.Headers.Add(HeaderNames.ApiKey, key);
            try
            {
                using var answer = await http.SendAsync(request, cancellation);
                var content = await answer.Content.ReadAsByteArrayAsync(cancellation);
                if (answer.IsSuccessStatusCode)
                    return content;
                if (tries == MostTries || answer.Headers.RetryAfter?.Delta is not { } wait || wait > LongestWait)
                    throw Refused(answer.StatusCode, content);
                await Task.Delay(wait, cancellation);
            }
            catch (Exception e) when (
                e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                throw new CommandException(ExitCode.Failed, $"the feature server at {address} is unreachable: {e.Message}");
            }
        }

        // The last try has ended in one way or another.
        throw new InvalidOperationException();
    }

    private static ReadOnlyMemoryContent? ContentOf(HttpMethod method, ReadOnlyMemory<byte> body)
    {
        if (method == HttpMethod.Get)
            return null;
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private CommandException Refused(HttpStatusCode status, byte[] content)
    {
        try
        {
            using var problem = JsonDocument.Parse(content);
            var isInput = status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.RequestEntityTooLarge;
            if (problem.RootElement.TryGetProperty("detail", out var detail))
                return new CommandException(isInput ? ExitCode.WrongInput : ExitCode.Failed, detail.GetString()!);
        }
        catch (JsonException)
        {
            // Not a problem document, so something else listens there.
        }

        return new CommandException(ExitCode.Failed, $"{address} answered {(int)status}; it is not a feature server");
    }
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Predictions;
using ModelServing.Settings;

namespace ModelServing.Cli.Rollouts;

/// <summary>A client of a router's admin API.</summary>
internal sealed class AdminClient(Uri address, OperatorCredential credential) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(30),
    };

    public void Dispose() => http.Dispose();

    /// <exception cref="CommandException">The router is unreachable or refuses.</exception>
    internal async Task<RolloutsStatus> StatusAsync(CancellationToken cancellation) =>
        RolloutsStatus.Parse(await SendAsync(HttpMethod.Get, AdminPaths.Rollouts, null, cancellation));

    /// <summary>The events of a model's journal after the number <paramref name="after"/>.</summary>
    /// <exception cref="CommandException">The router is unreachable or refuses.</exception>
    internal async Task<IReadOnlyList<JournalEvent>> HistoryAsync(ModelName model, long after, CancellationToken cancellation)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{AdminPaths.History(model)}?after={after}");
        return RolloutHistory.Parse(await SendAsync(HttpMethod.Get, path, null, cancellation)).Events;
    }

    /// <exception cref="CommandException">The router is unreachable or refuses.</exception>
    internal async Task<ModelStatus> RollbackAsync(ModelName model, RollbackRequest request, CancellationToken cancellation) =>
        ModelStatus.Parse(await SendAsync(HttpMethod.Post, AdminPaths.Rollback(model), request.ToUtf8(), cancellation));

    /// <exception cref="CommandException">The router is unreachable or refuses.</exception>
    internal async Task<ModelStatus> ResetAsync(ModelName model, ResetRequest request, CancellationToken cancellation) =>
        ModelStatus.Parse(await SendAsync(HttpMethod.Post, AdminPaths.Reset(model), request.ToUtf8(), cancellation));

    /// <summary>A page of a model's predictions.</summary>
    /// <exception cref="CommandException">The router is unreachable or refuses.</exception>
    internal async Task<PredictionsPage> PredictionsAsync(
        ModelName model, DateTimeOffset since, DateTimeOffset until, int limit, string? cursor, CancellationToken cancellation)
    {
        var path = string.Create(
            CultureInfo.InvariantCulture,
            $"{AdminPaths.Predictions}?model={model}&since={IsoTime.Write(since)}&until={IsoTime.Write(until)}&limit={limit}");
        if (cursor is not null)
            path += $"&{AdminPaths.CursorParameter}={Uri.EscapeDataString(cursor)}";
        return PredictionsPage.Parse(await SendAsync(HttpMethod.Get, path, null, cancellation));
    }

    /// <summary>The attempts of a request.</summary>
    /// <exception cref="CommandException">No record has landed, or the router is unreachable or refuses.</exception>
    internal async Task<RequestPredictions> PredictionAsync(string requestId, CancellationToken cancellation) =>
        RequestPredictions.Parse(await SendAsync(HttpMethod.Get, AdminPaths.Prediction(requestId), null, cancellation));

    private async Task<byte[]> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add(credential.Header, credential.Value);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var answer = await http.SendAsync(request, cancellation);
            var content = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return answer.IsSuccessStatusCode ? content : throw Refused(answer.StatusCode, content);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new CommandException(ExitCode.Failed, $"the router's admin API at {http.BaseAddress} is unreachable: {e.Message}");
        }
    }

    private CommandException Refused(HttpStatusCode status, byte[] content)
    {
        try
        {
            using var problem = JsonDocument.Parse(content);
            var isInput = status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound;
            if (problem.RootElement.TryGetProperty("detail", out var detail))
                return new CommandException(isInput ? ExitCode.WrongInput : ExitCode.Failed, detail.GetString()!);
        }
        catch (JsonException)
        {
            // Not a problem document, so something else listens there.
        }

        // The API Gateway's own answers are not problem documents.
        return new CommandException(ExitCode.Failed, status switch
        {
            HttpStatusCode.Unauthorized =>
                $"{http.BaseAddress} answered 401: it does not accept this credential (an API Gateway accepts only tokens)",
            HttpStatusCode.NotFound =>
                $"{http.BaseAddress} answered 404: it has no admin API (on an API Gateway, {StackFile.Namespace}gateway.adminApi " +
                    $"turns it on)",
            _ => $"{http.BaseAddress} answered {(int)status}; is that a router's admin API?",
        });
    }
}

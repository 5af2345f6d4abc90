using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;

namespace ModelServing.Cli.Rollouts;

/// <summary>Speaks to a router's admin API.</summary>
/// <param name="address">Where it is.</param>
/// <param name="credential">What says that an operator asks.</param>
internal sealed class AdminClient(Uri address, OperatorCredential credential) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

    public void Dispose() => http.Dispose();

    /// <summary>How all rollouts stand.</summary>
    /// <exception cref="CommandException">The router can't be reached or refuses.</exception>
    internal async Task<RolloutsStatus> StatusAsync(CancellationToken cancellation) =>
        RolloutsStatus.Parse(await SendAsync(HttpMethod.Get, AdminPaths.Rollouts, null, cancellation));

    /// <summary>The events of a model's journal after one.</summary>
    /// <exception cref="CommandException">The router can't be reached or refuses.</exception>
    internal async Task<IReadOnlyList<JournalEvent>> HistoryAsync(ModelName model, long after, CancellationToken cancellation) =>
        RolloutHistory.Parse(await SendAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{AdminPaths.History(model)}?after={after}"), null, cancellation)).Events;

    /// <summary>Condemns a version.</summary>
    /// <exception cref="CommandException">The router can't be reached or refuses.</exception>
    internal async Task<ModelStatus> RollbackAsync(ModelName model, RollbackRequest request, CancellationToken cancellation) =>
        ModelStatus.Parse(await SendAsync(HttpMethod.Post, AdminPaths.Rollback(model), request.ToUtf8(), cancellation));

    /// <summary>Lets a condemned version be tried again.</summary>
    /// <exception cref="CommandException">The router can't be reached or refuses.</exception>
    internal async Task<ModelStatus> ResetAsync(ModelName model, ResetRequest request, CancellationToken cancellation) =>
        ModelStatus.Parse(await SendAsync(HttpMethod.Post, AdminPaths.Reset(model), request.ToUtf8(), cancellation));

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
            throw new CommandException(ExitCode.Failed, $"the router's admin API at {http.BaseAddress} can't be reached: {e.Message}");
        }
    }

    private CommandException Refused(HttpStatusCode status, byte[] content)
    {
        try
        {
            using var problem = JsonDocument.Parse(content);
            if (problem.RootElement.TryGetProperty("detail", out var detail))
                return new CommandException(status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound ? ExitCode.WrongInput : ExitCode.Failed, detail.GetString()!);
        }
        catch (JsonException)
        {
            // No problem document: something else listens there.
        }

        // The API Gateway's own answers are no problem documents.
        return new CommandException(ExitCode.Failed, status switch
        {
            HttpStatusCode.Unauthorized => $"{http.BaseAddress} answered 401: it does not take this credential (an API Gateway takes tokens alone)",
            HttpStatusCode.NotFound => $"{http.BaseAddress} answered 404: no admin API is there (an API Gateway has one with {ModelServing.Settings.StackFile.Namespace}gateway.adminApi)",
            _ => $"{http.BaseAddress} answered {(int)status}; is that a router's admin API?",
        });
    }
}

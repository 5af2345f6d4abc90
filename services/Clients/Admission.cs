using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;

namespace ModelServing.Clients;

/// <summary>
/// The first step of every request that needs a client: who is the client, is it over its limit, is it allowed? Runs before anything else
/// of the request is inspected.
/// </summary>
/// <remarks>
/// <code>
/// 1 document     not loaded yet: 503 (fail closed)
/// 2 credential   none: anonymous, or 401; two: 400
/// 3 client       by the key's hash, or by the token: 401
/// 4 limit        429
/// 5 role         403
/// </code>
/// </remarks>
public sealed class Admission(ClientTableHolder holder)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Admits a request, or returns the problem that answers it.</summary>
    /// <param name="context">The request. Its response gets the headers of the limit and the challenge.</param>
    /// <param name="action">What the request would do.</param>
    public ValueTask<Admitted> AdmitAsync(HttpContext context, ClientAction action = ClientAction.Call)
    {
        ArgumentNullException.ThrowIfNull(context);
        // Without a list of clients, no one could be made a reporter.
        if (holder.IsOpen)
            return new(InRole(Client.Anonymous, action == ClientAction.Report ? ClientAction.Call : action));

        // 1
        if (holder.Current is not { } table)
            return new(Refused(ClientProblems.NoClients, "The client list is not loaded yet", RetryAfter));

        // 2
        var credential = Credential.Read(context.Request.Headers);
        switch (credential.Kind)
        {
            case CredentialKind.None:
                return new(table.Anonymous
                    ? InRole(Client.Anonymous, action)
                    : Challenged(context, table, $"A request needs a credential: {Ways(table)}"));
            case CredentialKind.Several:
                return new(Refused(
                    ClientProblems.BadRequest,
                    $"A request must have one credential: Authorization or {HeaderNames.ApiKey}, once"));
            case CredentialKind.Unknown:
                return new(Challenged(context, table, $"The scheme in Authorization is not accepted; accepted are: {Ways(table)}"));
            case CredentialKind.Key:
                // 3 to 5
                return new(table.Find(credential.Text) is { } known
                    ? Counted(context, known.Client, known.Limiter, action)
                    : Challenged(context, table, $"The key in {HeaderNames.ApiKey} is not known"));
        }

        if (table.Tokens is not { } tokens)
            return new(Challenged(context, table, $"Tokens are not accepted; accepted are: {Ways(table)}"));
        // 3 to 5
        return credential.Text.Length <= TokenValidator.MaxLength && tokens.Find(TokenHash.Compute(credential.Text)) is { } client
            ? new(Counted(context, client, table.TokenLimiters?.LimiterOf(client.Name), action))
            : CheckAsync(context, table, tokens, credential.Text.ToString(), action);
    }

    private static async ValueTask<Admitted> CheckAsync(
        HttpContext context, ClientTable table, TokenValidator tokens, string token, ClientAction action)
    {
        var result = await tokens.CheckAsync(token, context.RequestAborted);
        if (result.Problem is { } problem)
        {
            return problem == ClientProblems.Unauthenticated
                ? Challenged(context, table, $"Authorization: {result.Detail}", isInvalidToken: true)
                : Refused(problem, result.Detail, RetryAfter);
        }

        return Counted(context, result.Client!, table.TokenLimiters?.LimiterOf(result.Client!.Name), action);
    }

    // 4
    private static Admitted Counted(HttpContext context, Client client, ClientLimiter? limiter, ClientAction action)
    {
        if (limiter?.Count(context.Response.Headers) is not { } next)
            return InRole(client, action);
        var (rate, burst) = (limiter.Limit.RequestsPerSecond, limiter.Limit.Burst);
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"The client sent more than {rate} requests per second, or more than {burst} at once");
        return Refused(ClientProblems.RateLimited, detail, next);
    }

    // 5
    private static Admitted InRole(Client client, ClientAction action) => MayDo(client.Role, action)
        ? new Admitted(client, null, "", null)
        : Refused(ClientProblems.Forbidden, $"This needs the role {Name(LeastRole(action))}; the client's role is {Name(client.Role)}");

    private static bool MayDo(ClientRole role, ClientAction action) => role == ClientRole.Operator || action switch
    {
        ClientAction.Call => role is ClientRole.Caller or ClientRole.Tester,
        ClientAction.Report => role == ClientRole.Reporter,
        _ => false,
    };

    private static ClientRole LeastRole(ClientAction action) => action switch
    {
        ClientAction.Call => ClientRole.Caller,
        ClientAction.Report => ClientRole.Reporter,
        _ => ClientRole.Operator,
    };

    private static Admitted Challenged(HttpContext context, ClientTable table, string detail, bool isInvalidToken = false)
    {
        var challenges = new List<string>(2);
        if (table.Tokens is not null)
            challenges.Add(isInvalidToken ? "Bearer realm=\"modelserving\", error=\"invalid_token\"" : "Bearer realm=\"modelserving\"");
        // No registered scheme describes a header of its own, but a 401 must have a challenge.
        if (table.HasKeys || challenges.Count == 0)
            challenges.Add($"ApiKey realm=\"modelserving\", header=\"{HeaderNames.ApiKey}\"");
        context.Response.Headers.WWWAuthenticate = challenges.ToArray();
        return Refused(ClientProblems.Unauthenticated, detail);
    }

    private static Admitted Refused(Problem problem, string detail, TimeSpan? retryAfter = null) => new(null, problem, detail, retryAfter);

    private static string Ways(ClientTable table) => (table.Tokens is not null, table.HasKeys) switch
    {
        (true, true) => $"'Authorization: Bearer TOKEN' or '{HeaderNames.ApiKey}: KEY'",
        (true, false) => "'Authorization: Bearer TOKEN'",
        _ => $"'{HeaderNames.ApiKey}: KEY'",
    };

    private static string Name(ClientRole role) => role.ToString().ToLowerInvariant();
}

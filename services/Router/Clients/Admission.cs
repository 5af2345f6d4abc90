using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Hosting;
using ModelServing.Router.Errors;

namespace ModelServing.Router.Clients;

/// <summary>
/// The first step of every request that needs a client: who is it, has it asked too much, may it do this. Nothing of a request is looked
/// at before.
/// </summary>
/// <remarks>
/// <code>
/// 1 document     never read: 503, for nobody may be let in unseen
/// 2 credential   none: anonymous, or 401; two: 400
/// 3 client       by the key's hash, or by the token: 401
/// 4 limit        429
/// 5 role         403
/// </code>
/// </remarks>
internal sealed class Admission(ClientTableHolder holder)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(1);

    /// <summary>Lets a request in, or says why not.</summary>
    /// <param name="context">The request; its answer gets the headers of the limit and the challenge.</param>
    /// <param name="least">The role that it takes.</param>
    internal ValueTask<Admitted> AdmitAsync(HttpContext context, ClientRole least = ClientRole.Caller)
    {
        if (holder.IsOpen)
            return new(InRole(Client.Anonymous, least));

        // 1
        if (holder.Current is not { } table)
            return new(Refused(Problems.NoClients, "The router has not read yet who may ask", StartPatience));

        // 2
        var credential = Credential.Read(context.Request.Headers);
        switch (credential.Kind)
        {
            case CredentialKind.None:
                return new(table.Anonymous ? InRole(Client.Anonymous, least) : Challenged(context, table, $"A request needs a credential: {Ways(table)}"));
            case CredentialKind.Several:
                return new(Refused(Problems.BadRequest, $"A request has one credential: Authorization or {HeaderNames.ApiKey}, once"));
            case CredentialKind.Unknown:
                return new(Challenged(context, table, $"Authorization has a scheme that is not taken; taken are: {Ways(table)}"));
            case CredentialKind.Key:
                // 3 to 5
                return new(table.Find(credential.Text) is { } known ? Counted(context, known.Client, known.Limiter, least) : Challenged(context, table, $"{HeaderNames.ApiKey} holds no key that is known"));
        }

        if (table.Tokens is not { } tokens)
            return new(Challenged(context, table, $"Tokens are not taken; taken are: {Ways(table)}"));
        // 3 to 5
        return credential.Text.Length <= TokenValidator.MaxLength && tokens.Find(TokenHash.Compute(credential.Text)) is { } client
            ? new(Counted(context, client, table.TokenLimiters?.LimiterOf(client.Name), least))
            : CheckAsync(context, table, tokens, credential.Text.ToString(), least);
    }

    private static async ValueTask<Admitted> CheckAsync(HttpContext context, ClientTable table, TokenValidator tokens, string token, ClientRole least)
    {
        var (client, problem, detail) = await tokens.CheckAsync(token, context.RequestAborted);
        if (client is not null)
            return Counted(context, client, table.TokenLimiters?.LimiterOf(client.Name), least);
        return problem == Problems.Unauthenticated
            ? Challenged(context, table, $"Authorization: {detail}", isInvalidToken: true)
            : Refused(problem!, detail, StartPatience);
    }

    // 4
    private static Admitted Counted(HttpContext context, Client client, ClientLimiter? limiter, ClientRole least) =>
        limiter?.Count(context.Response.Headers) is { } next
            ? Refused(Problems.RateLimited, string.Create(CultureInfo.InvariantCulture, $"More than {limiter.Limit.RequestsPerSecond} requests per second, or than {limiter.Limit.Burst} at once"), next)
            : InRole(client, least);

    // 5
    private static Admitted InRole(Client client, ClientRole least) => client.Role >= least
        ? new Admitted(client, null, "", null)
        : Refused(Problems.Forbidden, $"This takes the role {Name(least)}; the client's is {Name(client.Role)}");

    private static Admitted Challenged(HttpContext context, ClientTable table, string detail, bool isInvalidToken = false)
    {
        var challenges = new List<string>(2);
        if (table.Tokens is not null)
            challenges.Add(isInvalidToken ? "Bearer realm=\"modelserving\", error=\"invalid_token\"" : "Bearer realm=\"modelserving\"");
        // No registered scheme has a header of its own; an answer of 401 has to have a challenge, though.
        if (table.HasKeys || challenges.Count == 0)
            challenges.Add($"ApiKey realm=\"modelserving\", header=\"{HeaderNames.ApiKey}\"");
        context.Response.Headers.WWWAuthenticate = challenges.ToArray();
        return Refused(Problems.Unauthenticated, detail);
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

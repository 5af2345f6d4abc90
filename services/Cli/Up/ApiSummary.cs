using ModelServing.Contracts;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>Where the platform answers, as it is printed once that is ready.</summary>
internal sealed record ApiSummary(string Api, string Metrics, IReadOnlyList<ModelSummary> Models)
{
    /// <summary>Describes a platform; example requests come from the manifests of the stable versions.</summary>
    internal static async Task<ApiSummary> OfAsync(Platform platform, ModelRegistry registry, CancellationToken cancellation)
    {
        var models = new List<ModelSummary>();
        // The operator's, which is on this machine in any case.
        var credential = platform.Clients.Anonymous ? "" : $" -H \"{HeaderNames.ApiKey}: $(cat '{platform.OperatorKeyPath}')\"";
        foreach (var (model, rollout) in platform.Plan.Rollouts)
        {
            var infer = new Uri(platform.Api, InferencePaths.Infer(model)).ToString();
            var manifest = await registry.ReadManifestAsync(model, rollout.Stable.Version, cancellation);
            var example = ExampleRequest.From(manifest) is { } body
                ? $"curl -s {infer}{credential} -H 'Content-Type: application/json' -d '{body}'"
                : $"curl -s {new Uri(platform.Api, InferencePaths.Model(model))}{credential}";
            models.Add(new ModelSummary(model.Text, PlanChange.Describe(rollout), infer, example));
        }

        return new ApiSummary(platform.Api.GetLeftPart(UriPartial.Authority), new Uri(platform.Api, InferencePaths.Metrics).ToString(), models);
    }

    /// <summary>Who may ask, in words.</summary>
    internal static string Describe(ClientsDocument clients)
    {
        List<string> who = [.. clients.Clients.Select(static pair => $"{pair.Key} ({pair.Value.Role.ToString().ToLowerInvariant()})")];
        if (clients.Tokens is { } tokens)
            who.Add($"tokens of {string.Join(", ", tokens.Issuers)}");
        if (clients.Anonymous)
            who.Add("everybody else as a caller");
        return $"clients: {(who.Count == 0 ? "nobody" : string.Join(", ", who))}";
    }

    internal void Say(Terminal terminal)
    {
        terminal.Say($"[bold]The API is at {Api}[/]");
        var width = Models.Select(static model => model.Model.Length).Append("metrics".Length).Max();
        foreach (var model in Models)
        {
            terminal.Say($"  {model.Model.PadRight(width)}  {model.Infer}  [dim]{Markup.Escape(model.Rollout)}[/]");
            terminal.Say($"  {"".PadRight(width)}  {Markup.Escape(model.Example)}");
        }

        terminal.Say($"  {"metrics".PadRight(width)}  {Metrics}");
    }
}

using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Settings.Models;
using Spectre.Console;

namespace ModelServing.Cli.Up;

/// <summary>The addresses of a ready platform, as they are printed.</summary>
internal sealed record ApiSummary(string Api, string Grpc, string Metrics, IReadOnlyList<ModelSummary> Models)
{
    /// <summary>Describes a platform. The example requests have the inputs of the stable versions.</summary>
    internal static async Task<ApiSummary> CreateAsync(Platform platform, ModelRegistry registry, CancellationToken cancellation)
    {
        var models = new List<ModelSummary>();
        using var inputs = new CallerInputs(registry, platform.Api, platform.OperatorKey);
        // The operator's key, because it is always on this machine.
        var credential = platform.Clients.Anonymous ? "" : $" -H \"{HeaderNames.ApiKey}: $(cat '{platform.OperatorKeyPath}')\"";
        foreach (var (model, rollout) in platform.Plan.Rollouts)
        {
            var infer = new Uri(platform.Api, InferencePaths.Infer(model)).ToString();
            var example = await inputs.FindAsync(model, rollout.Stable.Version, cancellation) is { } found
                && ExampleRequest.From(found) is { } body
                ? $"curl -s {infer}{credential} -H 'Content-Type: application/json' -d '{body}'"
                : $"curl -s {new Uri(platform.Api, InferencePaths.Model(model))}{credential}";
            models.Add(new ModelSummary(model.Text, PlanChange.Describe(rollout), infer, example));
        }

        return new ApiSummary(
            platform.Api.GetLeftPart(UriPartial.Authority),
            platform.Grpc.Authority,
            new Uri(platform.Api, InferencePaths.Metrics).ToString(),
            models);
    }

    /// <summary>The clients in words.</summary>
    internal static string Describe(ClientsDocument clients)
    {
        List<string> names = [.. clients.Clients.Select(static pair => $"{pair.Key} ({pair.Value.Role.ToString().ToLowerInvariant()})")];
        if (clients.Tokens is { } tokens)
            names.Add($"tokens of {string.Join(", ", tokens.Issuers)}");
        if (clients.Anonymous)
            names.Add("anyone else as a caller");
        return $"clients: {(names.Count == 0 ? "none" : string.Join(", ", names))}";
    }

    internal void Print(Terminal terminal)
    {
        terminal.Say($"[bold]The API is at {Api}[/]");
        var width = Models.Select(static model => model.Model.Length).Append("metrics".Length).Max();
        foreach (var model in Models)
        {
            terminal.Say($"  {model.Model.PadRight(width)}  {model.Infer}  [dim]{Markup.Escape(model.Rollout)}[/]");
            terminal.Say($"  {"".PadRight(width)}  {Markup.Escape(model.Example)}");
        }

        terminal.Say($"  {"gRPC".PadRight(width)}  {Grpc}");
        terminal.Say($"  {"metrics".PadRight(width)}  {Metrics}");
    }
}

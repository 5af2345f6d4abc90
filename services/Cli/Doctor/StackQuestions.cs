using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Oci.Rest;
using ModelServing.Settings;
using ModelServing.Settings.Cloud;

namespace ModelServing.Cli.Doctor;

/// <summary>What all questions about a stack share: whom they ask, and what the stack is.</summary>
/// <param name="Rest">The services of OCI.</param>
/// <param name="File">Its settings.</param>
internal sealed record StackQuestions(OciRest Rest, StackLocation Stack, StackFile File)
{
    internal CloudSettings Cloud => File.Cloud!;

    /// <summary>How the names of the environment's resources begin.</summary>
    internal string Prefix => $"{BucketName.Project}-{Stack.Name}";

    /// <summary>The environment's compartment, for a query.</summary>
    internal string InCompartment => $"compartmentId={Uri.EscapeDataString(Cloud.Compartment)}";

    /// <summary>The tenancy, for a query.</summary>
    internal string InTenancy => $"compartmentId={Uri.EscapeDataString(Cloud.Tenancy)}";

    /// <summary>The command that changes a setting.</summary>
    internal string Set(string setting, string value) =>
        $"pulumi config set --stack {OwnCommand.Word(Stack.Name)} --path {StackFile.Namespace}{setting} {OwnCommand.Word(value)}";

    /// <summary>The namespace of Object Storage, and the problem if it can't be read.</summary>
    internal async Task<(string? Name, string Problem)> SpaceAsync(CancellationToken cancellation)
    {
        var space = await Rest.GetAsync(RestService.ObjectStorage, "/n", cancellation);
        return space.IsSuccess && space.Body is JsonValue value && value.TryGetValue<string>(out var name)
            ? (name, "")
            : (null, space.IsSuccess ? "the namespace's answer is not a text" : space.Problem);
    }

    /// <summary>Whether the tags of a resource say that this stack made it.</summary>
    internal bool IsOwn(JsonObject resource) =>
        resource["freeformTags"] is JsonObject tags && TextOf(tags, "project") == BucketName.Project
            && TextOf(tags, "environment") == Stack.Name;

    /// <summary>A member that is a text; null if it is missing or is not a text.</summary>
    internal static string? TextOf(JsonObject entry, string name) =>
        entry[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A member that is a number; null if it is missing or is not a number.</summary>
    internal static double? NumberOf(JsonObject entry, string name) =>
        entry[name] is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;
}

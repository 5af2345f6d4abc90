using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Models;
using ModelServing.Settings.Yaml;

namespace ModelServing.Cli.Keys;

/// <summary>A key that was just made, and how its client gets it.</summary>
/// <param name="Client">The client.</param>
/// <param name="Role">What the client may do.</param>
/// <param name="Key">The key itself; nothing keeps it.</param>
/// <param name="Hash">What the stack file keeps of it.</param>
/// <param name="Commands">The commands that write that into the stack file.</param>
internal sealed record NewKey(string Client, string Role, string Key, string Hash, IReadOnlyList<string> Commands)
{
    /// <summary>The changes of the stack file that do what the commands do.</summary>
    internal IReadOnlyList<StackEdit> Edits { get; private init; } = [];

    /// <summary>Makes a key of a client, a new one or one that there is.</summary>
    /// <param name="stack">The stack's name.</param>
    /// <param name="settings">The stack's settings.</param>
    /// <param name="client">The client.</param>
    /// <param name="role">What it may do; null leaves it as it is.</param>
    internal static NewKey Make(string stack, StackSettings settings, ModelName client, ClientRole? role)
    {
        var key = ApiKey.Make();
        var hash = ApiKey.HashOf(key);
        var known = settings.Clients.GetValueOrDefault(client);
        var before = known?.Role ?? ClientRole.Caller;
        var (setting, path) = ($"clients.{client}", $"{StackFile.Namespace}clients.{client}");
        List<StackEdit> edits = [new StackEdit.Add($"{setting}.keyHashes", hash)];
        // In quotes: a shell would take the brackets for a pattern.
        List<string> commands = [$"pulumi config set --stack {stack} --path '{path}.keyHashes[{known?.KeyHashes.Count ?? 0}]' {hash}"];
        if (role is { } wanted && wanted != before)
        {
            commands.Add($"pulumi config set --stack {stack} --path '{path}.role' {Text(wanted)}");
            edits.Add(new StackEdit.Set($"{setting}.role", Text(wanted)));
        }

        return new NewKey(client.Text, Text(role ?? before), key, hash, commands) { Edits = edits };
    }

    /// <summary>A role as it is written.</summary>
    internal static string Text(ClientRole role) => role.ToString().ToLowerInvariant();
}

using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Yaml;

namespace ModelServing.Cli.Keys;

/// <summary>A new key of a client.</summary>
/// <param name="Role">The client's role.</param>
/// <param name="Key">The key itself, which is stored nowhere.</param>
/// <param name="Hash">The hash for the stack file.</param>
/// <param name="Commands">The commands of <c>pulumi</c> that write the hash, and a changed role, into the stack file; none for a stack
/// that <c>pulumi</c> does not know.</param>
internal sealed record NewKey(string Client, string Role, string Key, string Hash, IReadOnlyList<string> Commands)
{
    /// <summary>The edits of the stack file that have the same effect as the commands.</summary>
    internal IReadOnlyList<StackEdit> Edits { get; private init; } = [];

    /// <summary>Makes a key for a new or an existing client.</summary>
    /// <param name="stack">The stack's name.</param>
    /// <param name="file">The stack's file.</param>
    /// <param name="role">The client's new role; null keeps the present one.</param>
    internal static NewKey Make(string stack, StackFile file, ModelName client, ClientRole? role)
    {
        var key = ApiKey.Make();
        var hash = ApiKey.HashOf(key);
        var known = file.Settings.Clients.GetValueOrDefault(client);
        var before = known?.Role ?? ClientRole.Caller;
        var (setting, path) = ($"clients.{client}", $"{StackFile.Namespace}clients.{client}");
        List<StackEdit> edits = [new StackEdit.Add($"{setting}.keyHashes", hash)];
        // Quoted, because a shell would expand the brackets as a pattern.
        List<string> commands = [$"pulumi config set --stack {stack} --path '{path}.keyHashes[{known?.KeyHashes.Count ?? 0}]' {hash}"];
        if (role is { } wanted && wanted != before)
        {
            commands.Add($"pulumi config set --stack {stack} --path '{path}.role' {Text(wanted)}");
            edits.Add(new StackEdit.Set($"{setting}.role", Text(wanted)));
        }

        return new NewKey(client.Text, Text(role ?? before), key, hash, file.IsForCloud ? commands : []) { Edits = edits };
    }

    /// <summary>A role as the stack file spells it.</summary>
    internal static string Text(ClientRole role) => role.ToString().ToLowerInvariant();
}

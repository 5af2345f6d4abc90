using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Stacks.Preview;

/// <summary>Compares the inputs and outputs of canaries and arms with those of their stable versions, in a registry on this machine. An
/// apply does the same with those in the bucket, which a preview without an account can't read.</summary>
internal static class LocalInterfaces
{
    /// <summary>The folder of the registry that <c>ms up</c> serves a stack from; null if it does not exist.</summary>
    internal static string? FolderOf(string root, string stack, string yaml)
    {
        // The settings of this machine are not among those of the cloud.
        var local = StackFile.Parse(yaml).File?.Settings.Local ?? new LocalSettings();
        return local.RegistryFolder(root, stack) is var folder && Directory.Exists(folder) ? folder : null;
    }

    /// <summary>A line for each version that must answer the requests of a stable version's callers.</summary>
    /// <param name="file">The stack file.</param>
    /// <param name="folder">The registry's folder; null for none.</param>
    internal static async Task<IReadOnlyList<string>> CompareAsync(StackFile file, string? folder)
    {
        var registry = folder is null ? null : new ModelRegistry(RegistryLocation.Open(HostSources.File(folder)), TimeProvider.System);
        var lines = new List<string>();
        foreach (var (_, model, stable, version) in file.ComparedVersions())
            lines.Add($"interface: {model} v{version} {await DescribeAsync(registry, model, stable, version)}");
        return lines;
    }

    private static async Task<string> DescribeAsync(
        ModelRegistry? registry, ModelName model, ModelVersion stable, ModelVersion version)
    {
        if (registry is null)
            return $"is not compared with v{stable}'s: no registry is on this machine, and --registry FOLDER names one";
        try
        {
            var needed = await CallerInterface.ReadAsync(registry, model, stable, CancellationToken.None);
            var missing = needed.FindMissing(await CallerInterface.ReadAsync(registry, model, version, CancellationToken.None));
            return missing.Count == 0
                ? $"answers all requests of v{stable}'s callers"
                : $"can't answer all requests of v{stable}'s callers, so the apply is refused: {string.Join("; ", missing)}";
        }
        catch (RegistryException e)
        {
            return $"is not compared with v{stable}'s: {e.Message}";
        }
    }
}

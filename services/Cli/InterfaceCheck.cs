using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Schema;

namespace ModelServing.Cli;

/// <summary>Compares the inputs and outputs of a model's versions. A request is valid for one version and not for another if they
/// differ.</summary>
internal static class InterfaceCheck
{
    /// <summary>A fault for each canary and arm that can't answer all requests of the stable version's callers.</summary>
    internal static async Task<IReadOnlyList<SettingsFault>> FaultsAsync(
        StackFile file, ModelRegistry registry, CancellationToken cancellation)
    {
        var faults = new List<SettingsFault>();
        foreach (var (setting, model, stable, version) in file.ComparedVersions())
        {
            var missing = await FindMissingAsync(registry, model, stable, version, cancellation);
            if (missing.Count > 0)
                faults.Add(file.InterfaceFault(setting, model, stable, version, missing));
        }

        return faults;
    }

    /// <summary>For a version that was just published: how it differs from the version that the stack file serves as stable. Null if it
    /// can answer all of its callers, or if the file names no stable version.</summary>
    internal static async Task<string?> RemarkAsync(
        StackLocation stack, ModelRegistry registry, ModelName model, ModelVersion version, CancellationToken cancellation)
    {
        StackFile file;
        try
        {
            file = stack.Read();
        }
        catch (CommandException)
        {
            // Every command that serves it reports the faults.
            return null;
        }

        if (file.Settings.Models.GetValueOrDefault(model)?.Stable.Version is not { } stable || stable == version)
            return null;
        var missing = await FindMissingAsync(registry, model, stable, version, cancellation);
        return missing.Count == 0
            ? null
            : $"Version {version} can't answer all requests of the stable version {stable}: {string.Join("; ", missing)}. As a canary " +
                "it is refused, unless allowOtherInterface is true";
    }

    /// <summary>What callers of one version would miss at another; empty also if the registry can't say.</summary>
    internal static async Task<IReadOnlyList<string>> FindMissingAsync(
        ModelRegistry registry, ModelName model, ModelVersion stable, ModelVersion version, CancellationToken cancellation)
    {
        try
        {
            var needed = await CallerInterface.ReadAsync(registry, model, stable, cancellation);
            return needed.FindMissing(await CallerInterface.ReadAsync(registry, model, version, cancellation));
        }
        catch (RegistryException)
        {
            // A version that can't be read can't be served either. It is reported then, and keeps no other model from being served.
            return [];
        }
    }
}

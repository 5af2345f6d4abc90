using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Models;

/// <summary>The platform on one machine: <c>modelserving:local</c>, which only <c>ms up</c> reads.</summary>
public sealed record LocalSettings
{
    /// <summary>The folder beside the stack file for the state of its stacks.</summary>
    public const string StateRoot = ".modelserving";

    [Setting("The port of the API on 127.0.0.1. By default 8080, or the next free port, which is printed.", Min = "1", Max = "65535")]
    public int? Port { get; init; }

    [Setting("The folder for the platform's state, relative to the stack file. By default, `.modelserving/STACK`.")]
    public string? State { get; init; }

    [Setting("The folder of the model registry, relative to the stack file. By default, `registry` in the state folder.")]
    public string? Registry { get; init; }

    /// <summary>The full path of the state folder.</summary>
    /// <param name="folder">The folder of the stack file.</param>
    /// <param name="stack">The stack's name.</param>
    public string StateFolder(string folder, string stack) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(State ?? Path.Combine(StateRoot, stack), folder));

    /// <summary>The full path of the model registry.</summary>
    /// <inheritdoc cref="StateFolder"/>
    public string RegistryFolder(string folder, string stack) =>
        Path.GetFullPath(Registry ?? Path.Combine(StateFolder(folder, stack), "registry"), folder);
}

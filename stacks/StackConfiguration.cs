using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Schema;
using Pulumi;

namespace ModelServing.Stacks;

/// <summary>
/// The settings that the stack is composed from, and the only reader of stack configuration. The types of the settings are those of
/// services/Settings, from which docs/settings.md is generated.
/// </summary>
public sealed class StackConfiguration
{
    private const string NoDigest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    private StackConfiguration(StackFile file, bool isOffline)
    {
        File = file;
        IsOffline = isOffline;
    }

    /// <summary>All settings, with their positions in the file.</summary>
    public StackFile File { get; }

    /// <summary>How a person calls <c>ms</c> where this program runs: in a checkout.</summary>
    internal const string Ms = "./dev ms";

    /// <summary>Whether the cloud is out of reach, so that published versions are not checked.</summary>
    public bool IsOffline { get; }

    /// <summary>Whether the images are stand-ins, with which a preview shows the second apply before the stack file names images.</summary>
    public bool HasStandInImages { get; private init; }

    public CloudSettings Cloud => File.Cloud!;

    /// <summary>The configuration that Pulumi passes to its program. Works only inside a deployment.</summary>
    /// <exception cref="RunException">The settings have faults; the message lists each with its path.</exception>
    public static StackConfiguration FromPulumi()
    {
        var config = new Config(StackFile.Namespace.TrimEnd(':'));
        var (file, faults) = StackFile.FromConfiguration(config.Get);
        return Checked(file, faults, isOffline: false);
    }

    /// <summary>The configuration in a stack file, for a preview without a cloud.</summary>
    /// <param name="yaml">The stack file's text.</param>
    /// <param name="foundationOnly">Whether to show the first apply, whatever phase the stack file names. Otherwise that phase is shown,
    /// with stand-ins for images that it needs and the file does not name yet.</param>
    /// <exception cref="RunException">The settings have faults; the message lists each with its path.</exception>
    public static StackConfiguration FromFile(string yaml, bool foundationOnly = false)
    {
        var (file, faults) = StackFile.Parse(yaml, cloud: true);
        if (file is not { Cloud: { } cloud })
            return Checked(null, faults, isOffline: true);
        if (foundationOnly)
            return Checked(file.With(cloud with { Phase = StackPhase.Foundation }), faults, isOffline: true);
        if (cloud.Phase == StackPhase.Foundation || !cloud.Images.AreEmpty)
            return Checked(file, faults, isOffline: true);
        var standIns = cloud with
        {
            Images = new ImageSettings
            {
                Router = NoDigest,
                Inference = NoDigest,
                Functions = NoDigest,
                Jobs = NoDigest,
                FeatureServer = NoDigest,
            },
            Registry = cloud.Registry ?? new ContainerRegistrySettings { User = SecretText.Encrypted, Token = SecretText.Encrypted },
        };
        return Checked(file.With(standIns), faults, isOffline: true, hasStandInImages: true);
    }

    /// <summary>The same settings for a run that reaches the cloud.</summary>
    internal StackConfiguration Online() => new(File, isOffline: false) { HasStandInImages = HasStandInImages };

    private static StackConfiguration Checked(
        StackFile? file, IReadOnlyList<SettingsFault> faults, bool isOffline, bool hasStandInImages = false)
    {
        var all = file is null ? faults : file.Check();
        if (file is null || all.Count > 0)
            throw new RunException(string.Join("\n  ", all.Select(Line).Prepend("the stack's settings cannot be applied:")));
        return new StackConfiguration(file, isOffline) { HasStandInImages = hasStandInImages };
    }

    private static string Line(SettingsFault fault)
    {
        var path = fault.Path.Length > 0 ? fault.Path + ": " : "";
        var position = fault.Position is { } at ? $" (line {at.Line}, column {at.Column})" : "";
        return path + OwnCommand.In(fault.Message, Ms) + position;
    }
}

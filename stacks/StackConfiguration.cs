using ModelServing.Settings;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Schema;
using Pulumi;

namespace ModelServing.Stacks;

/// <summary>
/// The settings that the stack is composed from: the only reader of stack configuration. Its types are the tree of Rollout's settings,
/// of which docs/settings.md is made.
/// </summary>
public sealed class StackConfiguration
{
    private const string NoDigest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    private StackConfiguration(StackFile file, bool isOffline)
    {
        File = file;
        IsOffline = isOffline;
    }

    /// <summary>All settings, with their places.</summary>
    public StackFile File { get; }

    /// <summary>No cloud is there to be asked, so that what is published is not checked.</summary>
    public bool IsOffline { get; }

    /// <summary>The images are not the stack file's but stand-ins, so that the second apply can be shown before there are any.</summary>
    public bool HasStandInImages { get; private init; }

    /// <summary>The settings of the cloud.</summary>
    public CloudSettings Cloud => File.Cloud!;

    /// <summary>The configuration that Pulumi hands to its program. Runs inside of a deployment only.</summary>
    /// <exception cref="RunException">Something is wrong with it; the message names every fault with its path.</exception>
    public static StackConfiguration OfPulumi()
    {
        var config = new Config(StackFile.Namespace.TrimEnd(':'));
        var (file, faults) = StackFile.FromConfiguration(config.Get);
        return Checked(file, faults, isOffline: false);
    }

    /// <summary>The configuration of a stack file, for a preview without a cloud.</summary>
    /// <param name="yaml">The stack file's text.</param>
    /// <param name="foundationOnly">Show the first apply, whatever images there are. Without it the second is shown, with stand-ins
    /// where there are no images yet.</param>
    /// <exception cref="RunException">Something is wrong with it; the message names every fault with its path.</exception>
    public static StackConfiguration OfFile(string yaml, bool foundationOnly = false)
    {
        var (file, faults) = StackFile.Parse(yaml, cloud: true);
        if (file is not { Cloud: { } cloud })
            return Checked(null, faults, isOffline: true);
        if (foundationOnly)
            return Checked(file.With(cloud with { Images = new ImageSettings() }), faults, isOffline: true);
        if (!cloud.Images.AreEmpty)
            return Checked(file, faults, isOffline: true);
        var standIns = cloud with
        {
            Images = new ImageSettings { Router = NoDigest, Inference = NoDigest, Functions = NoDigest },
            Registry = cloud.Registry ?? new ContainerRegistrySettings { User = SecretText.Encrypted, Token = SecretText.Encrypted },
        };
        return Checked(file.With(standIns), faults, isOffline: true, hasStandInImages: true);
    }

    /// <summary>The same settings where a cloud is there to be asked.</summary>
    internal StackConfiguration Online() => new(File, isOffline: false) { HasStandInImages = HasStandInImages };

    private static StackConfiguration Checked(StackFile? file, IReadOnlyList<SettingsFault> faults, bool isOffline, bool hasStandInImages = false)
    {
        var all = file is null ? faults : file.Check();
        if (file is null || all.Count > 0)
            throw new RunException("the stack's settings can't be applied:\n" + string.Join('\n', all.Select(static fault => "  " + Line(fault))));
        return new StackConfiguration(file, isOffline) { HasStandInImages = hasStandInImages };
    }

    private static string Line(SettingsFault fault) =>
        (fault.Path.Length > 0 ? fault.Path + ": " : "") + fault.Message + (fault.Position is { } at ? $" (line {at.Line}, column {at.Column})" : "");
}

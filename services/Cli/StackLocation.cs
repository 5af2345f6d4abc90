using System.Text;
using ModelServing.Registry;
using ModelServing.Rollout.Settings;

namespace ModelServing.Cli;

/// <summary>A stack's file, and the folders of what it keeps on this machine.</summary>
internal sealed record StackLocation
{
    internal StackLocation(string name, string folder)
    {
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || name.StartsWith('.'))
            throw new CommandException(ExitCode.WrongInput, $"--stack: '{name}' is not a stack's name: letters, digits, '-', '_' and '.'");
        (Name, Folder) = (name, folder);
    }

    internal string Name { get; }

    internal string Folder { get; }

    /// <summary>The file's name, as messages show it.</summary>
    internal string FileName => $"Pulumi.{Name}.yaml";

    internal string FilePath => Path.Combine(Folder, FileName);

    internal string StateFolder(LocalSettings local) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(local.State ?? Path.Combine(".modelserving", Name), Folder));

    internal string RegistryFolder(LocalSettings local) => Path.GetFullPath(local.Registry ?? Path.Combine(StateFolder(local), "registry"), Folder);

    /// <summary>Reads the stack file.</summary>
    /// <exception cref="CommandException">It is missing or has faults; every one of them is a line.</exception>
    internal StackFile Read() => Parse(File.Exists(FilePath) ? File.ReadAllBytes(FilePath) : null);

    /// <summary>Reads the stack file's settings of the cloud.</summary>
    /// <exception cref="CommandException">It is missing or has faults; every one of them is a line.</exception>
    internal CloudSettings ReadCloud() => Parse(File.Exists(FilePath) ? File.ReadAllBytes(FilePath) : null, cloud: true).Cloud!;

    /// <summary>Reads the stack file's content; null for a file that is not there.</summary>
    /// <exception cref="CommandException">It is missing or has faults; every one of them is a line.</exception>
    internal StackFile Parse(byte[]? content, bool cloud = false)
    {
        if (content is null)
        {
            throw new CommandException(
                ExitCode.WrongInput,
                $"{FilePath} does not exist; it holds the stack's settings (docs/settings.md). --stack names another stack, --cwd another folder");
        }

        // Takes a byte order mark off, which some editors write.
        using var text = new StreamReader(new MemoryStream(content), Encoding.UTF8);
        var (file, faults) = StackFile.Parse(text.ReadToEnd(), cloud);
        return file ?? throw Faults(faults);
    }

    /// <summary>Holds the settings against what is published.</summary>
    /// <param name="file">The stack file.</param>
    /// <param name="registry">Where the versions are published.</param>
    /// <param name="hint">What to say in addition when versions of a model are not, by their names.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CommandException">They break a rule; every broken one is a line.</exception>
    internal async Task CheckAsync(StackFile file, ModelRegistry registry, Func<IReadOnlyList<PublishedVersion>, IEnumerable<string>> hint, CancellationToken cancellation)
    {
        var published = (await registry.ListAsync(cancellation)).ToHashSet();
        var faults = file.Check(name => [.. published.Where(version => version.Model == name).Select(static version => version.Version)]);
        if (faults.Count == 0)
            return;
        var missing = file.NamedVersions().Select(static named => new PublishedVersion(named.Model, named.Version)).Distinct().Where(version => !published.Contains(version)).ToList();
        throw new CommandException(ExitCode.WrongInput, [.. Faults(faults).Lines, .. missing.Count > 0 ? hint(missing) : []]);
    }

    /// <summary>A fault as the line that ends a command.</summary>
    internal CommandException Faults(IReadOnlyList<SettingsFault> faults, int exitCode = ExitCode.WrongInput) =>
        new(exitCode, [.. faults.Select(fault => fault.ToLine(FileName))]);
}

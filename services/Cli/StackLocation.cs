using System.Text;
using ModelServing.Contracts.Reliability;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;
using ModelServing.Settings.Yaml;

namespace ModelServing.Cli;

/// <summary>A stack's file, and its folders on this machine.</summary>
internal sealed record StackLocation
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal StackLocation(string name, string folder)
    {
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || name.StartsWith('.'))
            throw new CommandException(ExitCode.WrongInput, $"--stack: '{name}' is not a stack's name: letters, digits, '-', '_' and '.'");
        Name = name;
        Folder = folder;
        FileName = NameOfFile(name);
    }

    internal string Name { get; }

    internal string Folder { get; }

    /// <summary>The file's name, as messages show it.</summary>
    internal string FileName { get; private init; }

    internal string FilePath => Path.Combine(Folder, FileName);

    /// <summary>The stack of a file, which may have another name than <c>Pulumi.STACK.yaml</c>.</summary>
    /// <exception cref="CommandException">The file does not exist.</exception>
    internal static StackLocation FromFile(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new CommandException(ExitCode.WrongInput, $"{path} does not exist; name a stack file");
        var stack = file.Name.Split('.') is ["Pulumi", { Length: > 0 } name, "yaml"] ? name : StackOptions.DefaultIn(file.DirectoryName!);
        return new StackLocation(stack, file.DirectoryName!) { FileName = file.Name };
    }

    /// <summary>Whether the stack has a file.</summary>
    internal bool Exists => File.Exists(FilePath);

    internal string StateFolder(LocalSettings local) => local.StateFolder(Folder, Name);

    internal string RegistryFolder(LocalSettings local) => local.RegistryFolder(Folder, Name);

    /// <exception cref="CommandException">The file is missing or has faults, one line each.</exception>
    internal StackFile Read() => Parse(Content());

    /// <summary>Reads the stack file, including the settings that only the cloud uses.</summary>
    /// <exception cref="CommandException">The file is missing or has faults, one line each.</exception>
    internal StackFile ReadCloud() => Parse(Content(), cloud: true);

    /// <summary>Parses the stack file's content; null means that there is no file.</summary>
    /// <exception cref="CommandException">The file is missing or has faults, one line each.</exception>
    internal StackFile Parse(byte[]? content, bool cloud = false)
    {
        var (file, faults) = StackFile.Parse(Text(content ?? throw Missing()), cloud);
        return file ?? throw Faults(faults);
    }

    /// <summary>Changes settings in the current stack file and leaves the rest of it as it is. The file is replaced by rename, so a reader
    /// sees the old file or the new one, never a mix. A symbolic link remains a link.</summary>
    /// <exception cref="CommandException">The edits can't be made; the file is unchanged.</exception>
    internal void Change(IReadOnlyList<StackEdit> edits)
    {
        var content = Content();
        var (changed, faults) = StackFile.Change(Text(content), edits);
        if (changed is null)
            throw Faults(faults);
        var path = File.ResolveLinkTarget(FilePath, returnFinalTarget: true)?.FullName ?? FilePath;
        using var file = new AtomicFile(path, OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path));
        if (HasMark(content))
            file.Stream.Write(Encoding.UTF8.Preamble);
        file.Stream.Write(Encoding.UTF8.GetBytes(changed));
        file.Commit(flushToDisk: true);
    }

    /// <summary>Checks the settings, that every version they name is published, and that canaries and arms have the interface of the stable
    /// version.</summary>
    /// <param name="file">The stack file.</param>
    /// <param name="registry">The registry of the versions.</param>
    /// <param name="hint">Further lines to print if versions are missing.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="CommandException">The settings break a rule; each broken rule is a line.</exception>
    internal async Task CheckAsync(
        StackFile file,
        ModelRegistry registry,
        Func<IReadOnlyList<PublishedVersion>, IEnumerable<string>> hint,
        CancellationToken cancellation)
    {
        var published = (await registry.ListAsync(cancellation)).ToHashSet();
        var faults = file.Check(name => [.. published.Where(version => version.Model == name).Select(static version => version.Version)]);
        if (faults.Count == 0)
            faults = await InterfaceCheck.FaultsAsync(file, registry, cancellation);
        if (faults.Count == 0)
            return;
        var named = file.NamedVersions().Select(static named => new PublishedVersion(named.Model, named.Version)).Distinct();
        var missing = named.Where(version => !published.Contains(version)).ToList();
        throw new CommandException(ExitCode.WrongInput, [.. Faults(faults).Lines, .. missing.Count > 0 ? hint(missing) : []]);
    }

    /// <summary>An exception that ends the command and prints one line per fault.</summary>
    internal CommandException Faults(IReadOnlyList<SettingsFault> faults, int exitCode = ExitCode.WrongInput) =>
        new(exitCode, [.. faults.Select(fault => fault.ToLine(FileName))]);

    private static string NameOfFile(string stack) => $"Pulumi.{stack}.yaml";

    private byte[] Content() => File.Exists(FilePath) ? File.ReadAllBytes(FilePath) : throw Missing();

    // Skips the byte order mark that some editors write.
    private string Text(byte[] content)
    {
        try
        {
            return StrictUtf8.GetString(content.AsSpan(HasMark(content) ? Encoding.UTF8.Preamble.Length : 0));
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException(ExitCode.WrongInput, $"{FileName}: the file is not UTF-8 text");
        }
    }

    private static bool HasMark(byte[] content) => content.AsSpan().StartsWith(Encoding.UTF8.Preamble);

    private CommandException Missing() => new(
        ExitCode.WrongInput,
        $"{FilePath} does not exist; it holds the stack's settings (docs/settings.md). Use --stack for another stack, --cwd for " +
            $"another folder");
}

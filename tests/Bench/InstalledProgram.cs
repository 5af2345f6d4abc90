namespace ModelServing.Bench;

/// <summary>A program from the system's packages.</summary>
/// <param name="Name">Its name, and its package's.</param>
/// <param name="FullPath">Where it is; null when it is not installed.</param>
internal sealed record InstalledProgram(string Name, string? FullPath)
{
    // Debian keeps servers where an ordinary user's PATH does not look.
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/usr/local/sbin"];

    internal static InstalledProgram Find(string name) => new(name, Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists));

    /// <summary>Fails with the line to type when one is not installed.</summary>
    internal static void Require(params InstalledProgram[] programs)
    {
        var missing = programs.Where(static program => program.FullPath is null).Select(static program => program.Name).ToArray();
        if (missing.Length > 0)
            throw new BenchException($"{string.Join(" and ", missing)} not found. Install what is missing:  sudo apt-get install -y --no-install-recommends {string.Join(' ', missing)}", ExitCode.Missing);
    }
}

namespace ModelServing.Bench;

/// <summary>A program from the system's packages.</summary>
/// <param name="Name">The name of the program and of its package.</param>
/// <param name="FullPath">The program's path; null if it is not installed.</param>
internal sealed record InstalledProgram(string Name, string? FullPath)
{
    // Debian installs servers in folders that an ordinary user's PATH does not include.
    private static readonly string[] Folders =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin",
        "/usr/local/sbin",
    ];

    internal static InstalledProgram Find(string name) =>
        new(name, Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists));

    /// <summary>Fails with the command that installs the missing programs.</summary>
    internal static void Require(params InstalledProgram[] programs)
    {
        var missing = programs.Where(static program => program.FullPath is null).Select(static program => program.Name).ToArray();
        if (missing.Length > 0)
        {
            throw new BenchException(
                $"{string.Join(" and ", missing)} not found. "
                + $"To install:  sudo apt-get install -y --no-install-recommends {string.Join(' ', missing)}",
                ExitCode.Missing);
        }

    }
}

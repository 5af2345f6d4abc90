using System.Security.Cryptography;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Jobs.Export;

/// <summary>A folder for the files of one export until it is complete. It is its owner's alone, because it holds inputs of clients, and it
/// is removed however the export ends, unless the process is killed.</summary>
internal sealed class ExportFolder : IDisposable
{
    /// <summary>A new folder.</summary>
    /// <param name="parent">The folder that it is in.</param>
    /// <param name="name">The name of the export.</param>
    internal ExportFolder(string parent, string name)
    {
        FullPath = Path.Combine(parent, $".{name}.partial-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        PrivateFiles.CreateFolder(FullPath);
    }

    internal string FullPath { get; }

    /// <summary>The file that the export writes.</summary>
    internal string File => Path.Combine(FullPath, "export.parquet");

    public void Dispose()
    {
        try
        {
            Directory.Delete(FullPath, recursive: true);
        }
        catch (IOException)
        {
            // The export has its result, or its own reason to fail.
        }
    }
}

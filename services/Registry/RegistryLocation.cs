using ModelServing.Contracts;

namespace ModelServing.Registry;

/// <summary>Opens the store that a setting names, as in <c>file:FOLDER</c>.</summary>
/// <remarks>To add a kind of store: implement <see cref="IObjectStore"/> and add its scheme here.</remarks>
public static class RegistryLocation
{
    private const string FileScheme = "file:";

    /// <summary>Opens the store at <paramref name="location"/>.</summary>
    /// <exception cref="ContractException">The text does not name a store that this program knows.</exception>
    public static IObjectStore Open(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        if (!location.StartsWith(FileScheme, StringComparison.Ordinal) || location.Length == FileScheme.Length ||
            location.Contains('\0', StringComparison.Ordinal))
            throw new ContractException($"the registry is '{location}'; it must be file:FOLDER, as in file:/srv/models");
        return new FolderObjectStore(location[FileScheme.Length..]);
    }
}

namespace ModelServing.Router.Clients;

/// <summary>Holds the current snapshot.</summary>
/// <param name="isOpen">No clients are configured: everybody is a caller, and nobody more.</param>
internal sealed class ClientTableHolder(bool isOpen)
{
    private volatile ClientTable? current;

    internal bool IsOpen => isOpen;

    /// <summary>The snapshot; null until the first document was read.</summary>
    internal ClientTable? Current => current;

    internal void Swap(ClientTable table) => current = table;
}

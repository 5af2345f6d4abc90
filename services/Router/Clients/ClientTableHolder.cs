namespace ModelServing.Router.Clients;

/// <summary>Holds the current snapshot.</summary>
/// <param name="isOpen">Whether no clients are configured: then every request has the role caller, and none has more.</param>
internal sealed class ClientTableHolder(bool isOpen)
{
    private volatile ClientTable? current;

    internal bool IsOpen => isOpen;

    /// <summary>The snapshot; null until the first document was read.</summary>
    internal ClientTable? Current => current;

    internal void Swap(ClientTable table) => current = table;
}

namespace ModelServing.Clients;

/// <summary>Holds the current snapshot.</summary>
/// <param name="isOpen">Whether no clients are configured: then every request has the role caller, and none has more.</param>
public sealed class ClientTableHolder(bool isOpen)
{
    private volatile ClientTable? current;

    public bool IsOpen => isOpen;

    /// <summary>The snapshot; null until the first document was read.</summary>
    internal ClientTable? Current => current;

    internal void Swap(ClientTable table) => current = table;
}

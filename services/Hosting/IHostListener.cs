using Microsoft.AspNetCore.Builder;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>How a host listens. By default it listens on the addresses of its settings (<see cref="AddressListener"/>); a program whose
/// platform calls it in another way has a listener of its own.</summary>
public interface IHostListener
{
    /// <summary>Whether the host has metrics and health endpoints.</summary>
    bool HasOperations { get; }

    /// <summary>Makes the host listen when it starts.</summary>
    /// <exception cref="ContractException">The host cannot listen there.</exception>
    void Listen(WebApplicationBuilder builder);

    /// <summary>Explains why the host could not listen when it started, and what to correct; null if <paramref name="e"/> is another
    /// failure.</summary>
    string? Explain(Exception e);
}

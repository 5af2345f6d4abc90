using System.Net;

namespace ModelServing.Router.Sources;

/// <summary>Gives all addresses of a name, IPv4 and IPv6, in any order.</summary>
/// <exception cref="System.Net.Sockets.SocketException">There is no such name or it has no address
/// (<see cref="System.Net.Sockets.SocketError.HostNotFound"/> or <see cref="System.Net.Sockets.SocketError.NoData"/>), or it could not be
/// looked up (any other).</exception>
internal delegate Task<IPAddress[]> NameLookup(string name, CancellationToken cancellation);

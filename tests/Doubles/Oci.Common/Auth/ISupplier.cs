namespace Oci.Common.Auth;

/// <summary>Supplies a key. In the official package it is Bouncy Castle's RsaKeyParameters.</summary>
public interface ISupplier<T>
{
    T GetKey();
}
